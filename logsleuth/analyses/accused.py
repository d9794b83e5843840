"""What is said of a database that fails, while too few requests failed for an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql

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
# Lines are written when a thing is over, and clocks differ.
_AROUND_S: Final = 2.0


def find(case: Case, traffic: Traffic, judged: Badness) -> str | None:
    """Tell in words that requests failed while a database was said to fail; None if none did.

    A log that was sampled, or of a service that mostly does without its database, has too few
    failures for an incident. Words of a failing database beside them are no accident all the same.
    """
    if not len(traffic):
        return None
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
    return (
        f"{failed} requests failed while {lines} lines tell of a database that fails: {said[0][8]}"
    )
