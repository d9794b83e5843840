"""What speaks against a database where too few requests went badly for an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.badness import SLIGHT, judge
from logsleuth.analyses.doubt import Doubt
from logsleuth.analyses.incident import between
from logsleuth.analyses.scanning import Bins
from logsleuth.analyses.shown import moment
from logsleuth.analyses.statements import sql
from logsleuth.stats.episodes import episodes

if TYPE_CHECKING:
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.traffic import Traffic
    from logsleuth.case.store import Case

_KINDS: Final = frozenset(
    {"no-connections", "not-admitted", "database-down", "database-unreachable", "pool-exhausted"}
)
# So many lines, and so many requests that failed meanwhile, are no accident.
_FEW: Final = 3
# Failures are as the lines are where they are so much more frequent there.
_TIMES: Final = 3.0
# Slow statements, and how many more to each request.
_LEAST: Final = 40
_TO_EACH: Final = 0.15
# What a person notices of a request, and of so many requests.
_NOTICED_S: Final = 0.2
_STEADILY: Final = 0.05
# Lines are written when a thing is over, and clocks differ.
_AROUND_S: Final = 2.0


def find(case: Case, traffic: Traffic, judged: Badness) -> Doubt | None:
    """Tell what speaks against a database, and when; None if nothing does."""
    if not len(traffic):
        return None
    return (
        _failing(case, traffic, judged) or _slower(case, traffic) or _slow_all_along(case, traffic)
    )


def _slow_all_along(case: Case, traffic: Traffic) -> Doubt | None:
    """That one request in twenty may have waited so long for a statement from first to last.

    Then it isn't known whether that was ever otherwise.
    """
    period = {"least_s": _NOTICED_S, "since": traffic.since, "until": traffic.until + _AROUND_S}
    slow = int(case.row(sql("slow_statements"), period)[0])
    if slow < max(_LEAST, _STEADILY * len(traffic)):
        return None
    return Doubt(
        f"the database logged {slow} statements of {_NOTICED_S} s or more beside {len(traffic)}"
        " requests, from the first line to the last"
    )


def _slower(case: Case, traffic: Traffic) -> Doubt | None:
    """That it logged many more slow statements to each request for a while than otherwise.

    A job of its own logs a few; what requests wait for comes as often as they do, and may be in
    their times though these reach no floor.
    """
    bins = Bins.of(traffic)
    axis = {"since": bins.since, "width": bins.width, "count": bins.count}
    counts = np.zeros(bins.count)
    for place, statements in case.rows(sql("statement_bins"), axis):
        counts[place] = statements
    found = episodes(
        np.minimum(counts, bins.requests),
        bins.requests,
        min_excess=_LEAST,
        min_ratio=_TIMES,
        min_difference=_TO_EACH,
        phi=4.0,
    )
    if not found:
        return None
    most = max(found, key=lambda one: one.llr)
    since, until = bins.begins(most.start), bins.begins(most.stop)
    slightly = judge(traffic, SLIGHT)
    return Doubt(
        f"from {moment(since)} to {moment(until)} UTC the"
        f" database logged {most.rate_in:.2f} slow statements to each request,"
        f" {most.rate_out:.2f} otherwise",
        between(traffic, slightly, "latency", since, until), slightly,
    )  # fmt: skip


def _failing(case: Case, traffic: Traffic, judged: Badness) -> Doubt | None:
    """That requests failed while a database was said to fail.

    A log that was sampled, or of a service that mostly does without its database, has too few
    failures for an incident. Words of a failing database beside them are no accident all the same.
    """
    whole = {"onset": traffic.since, "stop": traffic.until, "slack": 0.0}
    rows = case.rows(sql("words"), {**whole, "calm_since": traffic.since, "calm_until": 0.0})
    said = [row for row in rows if row[0] in _KINDS and row[4]]
    lines = sum(row[4] for row in said)
    if lines < _FEW:
        return None
    since, until = min(row[5] for row in said), max(row[6] for row in said)
    inside = (traffic.started >= since - _AROUND_S) & (traffic.started < until + _AROUND_S)
    failed, others = int(judged.failed[inside].sum()), judged.failed[~inside]
    usual = float(others.mean()) if len(others) else 0.0
    if failed < _FEW or failed < _TIMES * usual * int(inside.sum()):
        return None
    when = traffic.started[inside & judged.failed]
    return Doubt(
        f"{failed} requests failed while {lines} lines tell of a database that fails: {said[0][8]}",
        between(traffic, judged, "failures", float(when[0]), float(when[-1])), judged,
    )  # fmt: skip
