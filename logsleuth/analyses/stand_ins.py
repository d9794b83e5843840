"""Servers that are asked only while another is out: backups, whatever the configuration says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.traffic import Array

# Who has most of the requests, and fewer on either side tell nothing.
_MOST: Final = 0.5
_FEW: Final = 12
# A silence is so many times the usual time between two of its requests, and a second at least.
_SILENT: Final = 8.0
_SILENT_S: Final = 1.0
# So much of what the others got came in silences; all of it would, were there no stragglers.
_PART: Final = 0.9
_TAKEN: Final = ("server-down", "drained")
_BEFORE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class StandIn:
    """How much of what servers got they got as backups do, 0 to 1, and in words."""

    part: float
    told: str


def stand_in(facts: Facts, pool: PoolFacts) -> StandIn | None:
    """How much of what the other servers got came while the busiest one got nothing, or after it.

    Servers that shared the load before and now serve only then were made backups. None where that
    isn't so, too little tells, or the log tells that they were taken out and brought back.
    """
    hot = max(pool.servers, key=lambda s: (s.during.share, s.server), default=None)
    others = [s for s in pool.servers if s is not hot and s.before.requests]
    if facts.blind or hot is None or hot.during.share < _MOST or not others:
        return None
    taken = {c.target for c in facts.changed(*_TAKEN, within=_BEFORE_S)}
    # Where applications alone tell whose a request was, one that is overloaded seems to be silent.
    if taken.issuperset(s.server for s in others) or not facts.names_servers:
        return None
    return _tried_second(others) or _while_silent(facts, pool, hot.server, others)


def _tried_second(others: Sequence[ServerFacts]) -> StandIn | None:
    """A server that is out isn't tried at all; a backup is, once the first one has failed."""
    tried = sum(s.during.attempts for s in others)
    first = sum(s.during.requests for s in others)
    if tried < _FEW or tried - first < _PART * tried:
        return None
    part = 1.0 - first / tried
    return StandIn(part, f"{part:.0%} of {tried} attempts on them came after one elsewhere")


def _while_silent(
    facts: Facts, pool: PoolFacts, hot: str, others: Sequence[ServerFacts]
) -> StandIn | None:
    # The calm between episodes counts: it is the time in which the others serve well.
    mine = facts.of_pool(pool) & facts.whole
    theirs = np.zeros(len(facts.traffic), dtype=bool)
    for server in others:
        theirs |= facts.on(server.server)
    started = facts.traffic.started
    part = in_silences(started[mine & facts.on(hot)], started[mine & theirs])
    if part is None or part < _PART:
        return None
    return StandIn(part, f"{part:.0%} of what they got came while the busiest server got nothing")


def in_silences(hot: Array, others: Array) -> float | None:
    """How much of what the others got came in silences of the busiest server, 0 to 1.

    Args:
        hot: when its requests began, in order, seconds.
        others: when those of the others did.
    """
    if min(len(hot), len(others)) < _FEW:
        return None
    gaps = np.diff(hot)
    silent = gaps >= max(_SILENT_S, _SILENT * float(np.median(gaps)))
    # Between the requests before and after it; the first and the last of all are no silence.
    place = np.searchsorted(hot, others) - 1
    inside = (place >= 0) & (place < len(gaps))
    held = silent & (np.bincount(place[inside], minlength=len(gaps)) > 0)
    starts = np.flatnonzero(held)
    ended = [
        start
        for start, until in pairwise([*starts, len(hot) - 1])
        if _alone_again(hot, others, int(start) + 1, int(until))
    ]
    part = np.isin(place[inside], ended)
    return float(part.mean()) if len(part) >= _FEW and part.any() else None


def _alone_again(hot: Array, others: Array, first: int, last: int) -> bool:
    """Whether the busiest server got all again from a silence to the next, as before backups."""
    between = int(((others > hot[first]) & (others < hot[last])).sum())
    again = last - first + 1
    return again >= _FEW and between <= (1.0 - _PART) * again
