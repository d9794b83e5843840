"""The algorithm really in force in each pool, held against the one that is configured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.statements import sql
from logsleuth.stats.algorithms import Inferred, differ, infer
from logsleuth.stats.selection import Traits, traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.pools import Configured
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

# So many requests next to the onset tell the algorithm; more of them tell nothing else.
_MOST: Final = 6000
_FRACTIONS: Final = 12
_WEAK_KEY: Final = 0.3
_UNEVEN: Final = 0.15
_IN_TURNS: Final = frozenset({"round-robin", "static-rr"})
_BY_LOAD: Final = frozenset({"least-conn", "least-time"})
_LIKE_TURNS: Final = frozenset({"round-robin", "random"})
_LIKE_RANDOM: Final = frozenset({"round-robin", "least-conn"})
_KEYLESS: Final = _IN_TURNS | _BY_LOAD | {"random", "first"}
_CLIENT_WORDS: Final = ("client address", "remote_addr", "src", "sourceip", "source")
_URI_WORDS: Final = ("uri", "path", "request")


@dataclass(frozen=True, slots=True)
class Selection:
    """How a pool's servers were selected before and in the window, and how they should have been.

    `as_configured` is about the window (the whole, where nothing happened), None where the
    evidence has no configuration or doesn't tell.
    """

    before: Inferred
    during: Inferred
    traits_before: Traits
    traits_during: Traits
    configured: str | None
    as_configured: bool | None

    @property
    def changed(self) -> bool:
        """Whether another algorithm than before was in force in the window."""
        return differ(self.before, self.during, self.traits_before, self.traits_during)


def select(
    case: Case, traffic: Traffic, before: Array, during: Array, lines: Sequence[Configured]
) -> Selection:
    """Infer the algorithm on both sides of an onset.

    Args:
        case: where the requests' paths are.
        traffic: the balancer's requests.
        before: flags of the pool's requests before the onset; without an incident, of all.
        during: flags of those in the window.
        lines: what the configuration says of the pool's servers.
    """
    weights = {line.server: line.weight for line in lines}
    first = _traits(case, traffic, np.flatnonzero(before)[-_MOST:], weights)
    second = _traits(case, traffic, np.flatnonzero(during)[:_MOST], weights)
    line = lines[0] if lines else None
    inferred = infer(second)
    return Selection(
        before=infer(first),
        during=inferred,
        traits_before=first,
        traits_during=second,
        configured=line.algorithm if line else None,
        as_configured=_fits(line, inferred, second) if line else None,
    )


def _traits(case: Case, traffic: Traffic, chosen: Array, weights: dict[str, int]) -> Traits:
    if not len(chosen):
        return traits([], [], [])
    codes, server = np.unique(traffic.first_server[chosen], return_inverse=True)
    names = [traffic.servers[code] for code in codes]
    known = all(weights.get(name, 0) > 0 for name in names)
    keys = {"uri": uris(case, chosen)}
    if any(traffic.clients[code] for code in np.unique(traffic.client[chosen])):
        keys["client"] = traffic.client[chosen]
    return traits(
        traffic.started[chosen], server, traffic.duration_s[chosen], keys,
        [weights[name] for name in names] if known else None,
        exact=_exact(traffic, chosen),
    )  # fmt: skip


def _exact(traffic: Traffic, chosen: Array) -> bool:
    """Whether stamps are finer than the requests' distance: whole seconds have one fraction."""
    ended = traffic.started[chosen] + np.nan_to_num(traffic.duration_s[chosen])
    fractions = (np.unique(np.round(t % 1.0, 3)).size for t in (ended, traffic.started[chosen]))
    return min(fractions) > _FRACTIONS


def uris(case: Case, chosen: Array) -> Array:
    """The path of each request at ascending positions of the traffic, as a number."""
    first, last = int(chosen[0]), int(chosen[-1])
    found = case.arrays(sql("uris"), {"first": first, "last": last})["uri"]
    values: Array = np.asarray(found)[chosen - first]
    return values


def _fits(line: Configured, inferred: Inferred, seen: Traits) -> bool | None:
    """Whether what was inferred is what the configured algorithm does; None: can't be told."""
    told, key = inferred.algorithm, expected_key(line)
    if told in {None, "single"}:
        return True if told and line.algorithm == "first" else None
    if key is not None:
        return _fits_key(key, inferred, seen)
    if line.affinity_key or line.algorithm not in _KEYLESS:
        # By a cookie or a header that no log shows, so that it may look like anything.
        return True if told == "client-affinity" else None
    return _fits_turns(told, seen) if line.algorithm in _IN_TURNS else _fits_state(told, line)


def _fits_state(told: str | None, line: Configured) -> bool | None:
    """`random` may draw two servers and take the less busy one, in nginx and HAProxy."""
    by_load = line.algorithm in _BY_LOAD
    if told == ("least-conn" if by_load else line.algorithm):
        return True
    return None if told in (_LIKE_TURNS if by_load else _LIKE_RANDOM) else False


def _fits_turns(told: str | None, seen: Traits) -> bool | None:
    """In front of equal servers, turns and the fewest connections come out alike."""
    if told == "least-conn" and seen.spread < _UNEVEN:
        return None
    # Servers that fail and come back make turns look like chance.
    return True if told == "round-robin" else None if told == "random" else False


def _fits_key(key: str, inferred: Inferred, seen: Traits) -> bool | None:
    if inferred.algorithm == f"{key}-affinity":
        return True
    return False if seen.keys.get(key, 1.0) < _WEAK_KEY else None


def expected_key(line: Configured) -> str | None:
    """Which key of the log the configured algorithm goes by: `client`, `uri` or None."""
    words = f"{line.algorithm} {line.affinity_key or ''}".lower()
    if line.algorithm in {"ip-hash", "source"}:
        return "client"
    if line.algorithm == "uri":
        return "uri"
    if line.algorithm != "hash" or "cookie" in words:
        return None
    if any(word in words for word in _CLIENT_WORDS):
        return "client"
    return "uri" if any(word in words for word in _URI_WORDS) else None
