"""Requests worth looking at one by one, and where the time went in general."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import waterfall
from logsleuth.analyses.shown import moment, shown
from logsleuth.analyses.statements import sql
from logsleuth.model import ServerTime, TimePart, WhereTime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.analyses.waits import ServerWaits, Spell
    from logsleuth.case.store import Case
    from logsleuth.model import Waterfall

PARTS: Final = (
    "queue", "connect", "waited", "gap", "application", "application_queue", "database", "send",
)  # fmt: skip


HEALTHY: Final = "typical, healthy: the median of the good ones before"
FAILING: Final = "typical, failing: the median of those that went badly"
WORST: Final = "the worst: the slowest of those that went badly"
FIRST: Final = "the first that failed"
_USUAL: Final = "typical: the median of all requests"
_SLOWEST: Final = "the worst: the slowest of all requests"


def waterfalls(facts: Facts) -> tuple[Waterfall, ...]:
    """A typical healthy request, a typical failing one, the worst, and the first that failed."""
    chosen = _chosen(facts)
    places = _places(facts.case, chosen)
    before, during = facts.linked
    return tuple(
        waterfall.draw(
            facts.case, places[position], during if facts.during[position] else before, why
        )
        for position, why in chosen.items()
        if position in places
    )


def calm_waterfalls(case: Case, traffic: Traffic) -> tuple[Waterfall, ...]:
    """Without an incident: the median request, and the slowest."""
    known = np.flatnonzero(~np.isnan(traffic.duration_s))
    if not len(known):
        return ()
    slowest = int(known[np.argmax(traffic.duration_s[known])])
    chosen = {_median(traffic.duration_s, known): _USUAL}
    chosen.setdefault(slowest, _SLOWEST)
    places = _places(case, chosen)
    return tuple(
        waterfall.draw(case, places[position], why=why)
        for position, why in chosen.items()
        if position in places
    )


def _places(case: Case, chosen: Iterable[int]) -> dict[int, tuple[int, int]]:
    rows = case.rows(sql("rows_at"), {"positions": list(chosen)})
    return {position: (source_id, line) for position, source_id, line in rows}


def _chosen(facts: Facts) -> dict[int, str]:
    """Positions of the examples, and what each is one of; none is in twice."""
    duration = facts.traffic.duration_s
    bad = _timed(facts, facts.during & (facts.badness.failed | facts.badness.slow))
    known = bad if len(bad) else _timed(facts, facts.during & facts.badness.bad)
    if not len(known):
        return {}
    failed = known[facts.badness.failed[known]]
    # Where most of the harm is slowness, a slow one is the typical one.
    failing = _median(duration, failed if 2 * len(failed) >= len(known) else known)
    good = _good(facts, failing)
    chosen = {_median(duration, good): HEALTHY} if len(good) else {}
    chosen[failing] = FAILING
    worst = int(known[np.argmax(duration[known])])
    chosen[worst] = f"{FAILING}, and {WORST}" if worst == failing else WORST
    if len(failed):
        chosen.setdefault(int(failed[0]), FIRST)
    return chosen


def _timed(facts: Facts, flags: Array) -> Array:
    return np.flatnonzero(flags & ~np.isnan(facts.traffic.duration_s))


def _good(facts: Facts, failing: int) -> Array:
    """Good requests of before, of the route of a failing one where there are any."""
    traffic = facts.traffic
    good = _timed(facts, facts.before & ~facts.badness.bad)
    same = good[traffic.route[good] == traffic.route[failing]]
    return same if len(same) else good


def _median(values: Array, positions: Array) -> int:
    order = np.argsort(values[positions], kind="stable")
    return int(positions[order[(len(order) - 1) // 2]])


def where_time(facts: Facts) -> WhereTime:
    """The medians and 95th percentiles of each part, by server, before and in the window."""
    waits = facts.waits
    return WhereTime(
        servers=tuple(_server(one) for one in (waits.all, *waits.servers)),
        query=shown("where-time-went", facts.window, onset=moment(facts.window.onset)),
    )


def _server(one: ServerWaits) -> ServerTime:
    pairs = ((part, getattr(one.before, part), getattr(one.during, part)) for part in PARTS)
    return ServerTime(
        server=one.server or None,
        instances=one.instances,
        parts=tuple(_part(*pair) for pair in pairs if pair[1] or pair[2]),
        before_matched=one.before.matched_share,
        during_matched=one.during.matched_share,
    )


def _part(part: str, before: Spell | None, during: Spell | None) -> TimePart:
    return TimePart(
        part,
        None if before is None else before.median_s,
        None if before is None else before.p95_s,
        None if during is None else during.median_s,
        None if during is None else during.p95_s,
    )
