"""Which servers could be chosen at each moment: who was out, drained, or still warming up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.traffic import Array

# Out is who got none of so many requests that should have been its own: e^-12 is no chance.
_MISSED: Final = 12.0
_SHORTEST_S: Final = 2.0
# A server that is chosen this long after it went down is back, whether a log says so or not.
_BACK_S: Final = 1.0
_DOWN: Final = frozenset({"server-down", "drained"})


@dataclass(frozen=True, slots=True)
class Out:
    """A server that got nothing in [since, until), seconds since 1970, and how that is known."""

    server: str
    since: float
    until: float
    basis: Literal["log", "silence"]


def outs(
    started: Array,
    server: Array,
    names: Sequence[str],
    changes: Sequence[Change],
    usual: Mapping[str, float],
) -> tuple[Out, ...]:
    """Who was out when, by the logs and by silence.

    Args:
        started: [N], when the pool's requests began, ascending.
        server: [N], who was chosen first, as places in `names`.
        names: the pool's servers.
        changes: what the logs tell.
        usual: the share that each server has elsewhere, for those that were out all the time.
    """
    if not len(started):
        return ()
    found = [
        *(out for place, name in enumerate(names)
          for out in _told(name, started[server == place], float(started[-1]), changes)),
        *(out for place, name in enumerate(names)
          for out in _silent(name, server == place, started, usual.get(name, 0.0))),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda out: (out.since, out.server, out.basis)))


def _told(name: str, mine: Array, last: float, changes: Sequence[Change]) -> list[Out]:
    own = [c for c in changes if c.target == name and c.kind in _DOWN | {"server-up"}]
    found: list[Out] = []
    for place, change in enumerate(own):
        if change.kind not in _DOWN or (found and change.ts < found[-1].until):
            continue
        up = next((c.ts for c in own[place + 1 :] if c.kind == "server-up"), None)
        after = mine[np.searchsorted(mine, change.ts + _BACK_S) :]
        back = up if up is not None else float(after[0]) if len(after) else last + 1e-3
        found.append(Out(name, change.ts, back, "log"))
    return found


def _silent(name: str, mine: Array, started: Array, usual: float) -> list[Out]:
    """Runs of the pool's requests that passed a server by, judged by its share without the run."""
    total = len(started)
    edges = np.concatenate(([-1], np.flatnonzero(mine), [total]))
    runs = np.diff(edges) - 1
    rest = total - runs
    share = np.where(rest > 0, (len(edges) - 2) / np.maximum(rest, 1), 0.0)
    share = np.where(rest < total * 0.1, np.maximum(share, usual), share)
    found = [
        Out(name, float(started[edges[i] + 1]), _end(started, int(edges[i + 1])), "silence")
        for i in np.flatnonzero(runs * share >= _MISSED).tolist()
    ]
    return [out for out in found if out.until - out.since >= _SHORTEST_S]


def _end(started: Array, place: int) -> float:
    return float(started[place]) if place < len(started) else float(started[-1]) + 1e-3


def factors(
    started: Array, names: Sequence[str], found: Sequence[Out], slow_start: Mapping[str, float]
) -> Array:
    """How much of its weight each server had when each request came: [N, k], 0 out to 1.

    A server with a slow start comes back with a weight that grows evenly from nothing. Source:
    HAProxy manual, "slowstart"; nginx manual, ngx_http_upstream_module "slow_start".
    """
    able = np.ones((len(started), len(names)))
    for out in found:
        column = able[:, list(names).index(out.server)]
        column[(started >= out.since) & (started < out.until)] = 0.0
        warm = slow_start.get(out.server, 0.0)
        if warm > 0:
            since = started - out.until
            rising = (since >= 0) & (since < warm)
            column[rising] = np.minimum(column[rising], since[rising] / warm)
    return able


def settled(
    started: Array, found: Sequence[Out], slow_start: Mapping[str, float], after_s: float
) -> Array:
    """Which requests came when every server had all of its weight, and for so long: [N], flags.

    `started` ascends; nothing of the size of requests by servers is made.
    """
    able = np.ones(len(started), dtype=bool)
    for out in found:
        whole = out.until + max(slow_start.get(out.server, 0.0), after_s)
        first, last = np.searchsorted(started, (out.since, whole)).tolist()
        able[first:last] = False
    return able


def expected_shares(weights: Array, able: Array, backup: Array | None = None) -> Array | None:
    """Each server's share of the requests if each had gone by weight among those that were able.

    Backups count only while no other server is able. None where nobody ever was.

    Args:
        weights: [k], in any scale.
        able: [N, k], of `factors`.
        backup: [k], flags.
    """
    spare = np.zeros(len(weights), dtype=bool) if backup is None else backup
    first = able * np.where(spare, 0.0, weights)
    second = able * np.where(spare, weights, 0.0)
    use = np.where(first.sum(axis=1, keepdims=True) > 0, first, second)
    total = use.sum(axis=1)
    if not (total > 0).any():
        return None
    shares: Array = (use[total > 0] / total[total > 0, None]).mean(axis=0)
    return shares
