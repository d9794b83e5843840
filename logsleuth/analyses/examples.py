"""Requests worth looking at one by one, and where the time went in general."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import waterfall
from logsleuth.analyses.shown import moment, shown
from logsleuth.analyses.statements import sql
from logsleuth.model import ServerTime, TimePart, WhereTime

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array
    from logsleuth.analyses.waits import ServerWaits, Spell
    from logsleuth.model import Waterfall

PARTS: Final = (
    "queue", "connect", "waited", "gap", "application", "application_queue", "database", "send",
)  # fmt: skip


def waterfalls(facts: Facts) -> tuple[Waterfall, ...]:
    """The median bad request of the window, the slowest, the first that failed, and a good one."""
    chosen = _chosen(facts)
    rows = facts.case.rows(sql("rows_at"), {"positions": list(chosen)})
    places = {position: (source_id, line) for position, source_id, line in rows}
    before, during = facts.linked
    return tuple(
        waterfall.draw(
            facts.case, places[position], during if facts.during[position] else before, why
        )
        for position, why in chosen.items()
        if position in places
    )


def _chosen(facts: Facts) -> dict[int, str]:
    """Positions of the examples, and what each is one of; none is in twice."""
    traffic = facts.traffic
    bad = np.flatnonzero(facts.during & (facts.badness.failed | facts.badness.slow))
    if not len(bad):
        bad = np.flatnonzero(facts.during & facts.badness.bad)
    known = bad[~np.isnan(traffic.duration_s[bad])]
    if not len(known):
        return {}
    middle = _median(traffic.duration_s, known)
    chosen = {middle: "the median of those that went badly"}
    chosen.setdefault(int(known[np.argmax(traffic.duration_s[known])]), "the slowest")
    failed = known[facts.badness.failed[known]]
    if len(failed):
        chosen.setdefault(int(failed[0]), "the first that failed")
    good = np.flatnonzero(
        facts.before & ~facts.badness.bad & (traffic.route == traffic.route[middle])
        & ~np.isnan(traffic.duration_s)
    )  # fmt: skip
    if len(good):
        chosen.setdefault(_median(traffic.duration_s, good), "a good one of the same route, before")
    return chosen


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
