"""Shares that left their level while nothing went wrong: a skew that harms nobody yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.eligibility import outs, settled
from logsleuth.analyses.intended import WRONG
from logsleuth.analyses.selection import Selection, select
from logsleuth.stats.departures import departure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.pools import Configured
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

# Fewer requests than this don't tell how shares scatter by themselves.
_ENOUGH: Final = 1500
_BINS: Final = 300
_PER_BIN: Final = 12
# A server that came back is tested, warmed up and drained of a backlog before its shares count.
_SETTLES_S: Final = 5.0
_AROUND_S: Final = 10.0
_BY_PERSONS: Final = frozenset({"deploy", "start", "stop", "drained", "server-down", "server-up"})
# What hands requests out by weight alone; of all others, shares follow from the algorithm.
BY_WEIGHT: Final = frozenset({"round-robin", "static-rr", "random"})
_EVEN_HANDED: Final = frozenset({"round-robin", "random", None})
_OVERDISPERSED: Final = 3.0


@dataclass(frozen=True, slots=True)
class CalmSkew:
    """A stretch in which a pool's shares were none that anybody asked for; seconds since 1970."""

    since: float
    until: float
    usual: Mapping[str, float]
    """Each server's share outside of the stretch."""
    p_value: float
    total_variation: float


@dataclass(frozen=True, slots=True)
class CalmPool:
    """A pool without an incident: how its servers were selected, and its skew if it has one."""

    selection: Selection
    skew: CalmSkew | None


def examine(
    case: Case,
    traffic: Traffic,
    mask: Array,
    lines: Mapping[str, Configured],
    changes: Sequence[Change],
) -> CalmPool:
    """Look for a stretch of other shares, and for an innocent reason of it.

    Shares that are uneven from the first request to the last are nobody's mistake. A stretch is
    none where a server was out, where the algorithm follows load or keys, where the configuration
    asks for it, or where something was deployed, started or stopped at its edge.

    Args:
        case: where the requests' paths are.
        traffic: the balancer's requests.
        mask: flags of the pool's requests for which a server was chosen.
        lines: what the configuration says of the pool's servers.
        changes: what the logs tell of servers that went and came.
    """
    chosen = np.flatnonzero(mask)
    found = _departed(traffic, chosen, lines, changes)
    if found is None:
        return CalmPool(_selected(case, traffic, chosen, len(chosen) // 2, None, lines), None)
    first, last = np.searchsorted(traffic.started[chosen], (found.since, found.until)).tolist()
    selection = _selected(case, traffic, chosen, first, last, lines)
    shares = _shares(traffic, chosen[first:last])
    innocent = (
        _follows(selection, lines) or _asked(shares, found.usual, lines) or _done(found, changes)
    )
    return CalmPool(selection, None if innocent else found)


def _selected(
    case: Case,
    traffic: Traffic,
    chosen: Array,
    first: int,
    last: int | None,
    lines: Mapping[str, Configured],
) -> Selection:
    before, during = (np.zeros(len(traffic), dtype=bool) for _ in range(2))
    outside = chosen[:first] if first >= len(chosen) // 3 or last is None else chosen[last:]
    before[outside], during[chosen[first:last]] = True, True
    return select(case, traffic, before, during, list(lines.values()))


def _departed(
    traffic: Traffic,
    chosen: Array,
    lines: Mapping[str, Configured],
    changes: Sequence[Change],
) -> CalmSkew | None:
    """The stretch of other shares among the requests for which every server could be chosen."""
    if len(chosen) < _ENOUGH:
        return None
    held = traffic.first_server[chosen]
    codes = np.flatnonzero(np.bincount(held))
    # Sorting all of them, as `np.unique` does, would take several times their memory.
    places = np.zeros(codes[-1] + 1, np.int32)
    places[codes] = np.arange(len(codes))
    server = places[held]
    names, started = [traffic.servers[code] for code in codes], traffic.started[chosen]
    overall = np.bincount(server) / len(server)
    usual = dict(zip(names, overall.tolist(), strict=True))
    found = outs(started, server, names, changes, usual)
    slow = {name: line.slow_start_s for name, line in lines.items()}
    able = settled(started, found, slow, _SETTLES_S)
    if able.sum() < _ENOUGH:
        return None
    return _stretch(started[able], server[able], names)


def _stretch(started: Array, server: Array, names: Sequence[str]) -> CalmSkew | None:
    bins = min(_BINS, len(started) // _PER_BIN)
    edges = np.linspace(started[0], started[-1] + 1e-6, bins + 1)
    counts = np.stack(
        [np.histogram(started[server == s], edges)[0] for s in range(len(names))], axis=1
    )
    found = departure(counts)
    if found is None:
        return None
    inside, outside = found.shares_in, found.shares_out
    start, stop = found.start, found.stop
    if start == 0:
        # What came first is what was usual.
        start, stop, outside = stop, bins, inside
    return CalmSkew(
        since=float(edges[start]),
        until=float(edges[stop]),
        usual=dict(zip(names, outside, strict=True)),
        p_value=found.p_value,
        total_variation=found.total_variation,
    )


def _shares(traffic: Traffic, chosen: Array) -> dict[str, float]:
    counts = np.bincount(traffic.first_server[chosen], minlength=len(traffic.servers))
    total = max(int(counts.sum()), 1)
    return {traffic.servers[code]: counts[code] / total for code in np.flatnonzero(counts)}


def _follows(selection: Selection, lines: Mapping[str, Configured]) -> bool:
    """Whether shares follow from load or from keys, as configured or as inferred."""
    if any(c.algorithm not in BY_WEIGHT or c.affinity_key for c in lines.values()):
        return True
    inferred = {selection.before.algorithm, selection.during.algorithm}
    phi = max(t.phi or 0.0 for t in (selection.traits_before, selection.traits_during))
    return not inferred <= _EVEN_HANDED or phi > _OVERDISPERSED


def _asked(
    shares: Mapping[str, float], usual: Mapping[str, float], lines: Mapping[str, Configured]
) -> bool:
    """Whether the configuration has the stretch's shares, and not those that were usual."""
    if not lines:
        return False
    return far(shares, lines) < min(WRONG, far(usual, lines))


def far(shares: Mapping[str, float], lines: Mapping[str, Configured]) -> float:
    """The total variation between some shares and the configured ones."""
    names = set(shares) | set(lines)
    return 0.5 * sum(
        abs(shares.get(n, 0.0) - (lines[n].share if n in lines else 0.0)) for n in names
    )


def _done(found: CalmSkew, changes: Sequence[Change]) -> bool:
    """Whether something was deployed, started, stopped or drained at an edge of the stretch."""
    return any(
        change.kind in _BY_PERSONS and abs(change.ts - edge) <= _AROUND_S
        for change in changes for edge in (found.since, found.until)
    )  # fmt: skip
