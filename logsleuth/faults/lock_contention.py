"""Statements waited for locks, or deadlocked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.accounted import AT_ONCE_S
from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.lock_timeouts import lock_timeouts
from logsleuth.analyses.lock_waits import waited
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.analyses.thrown import most_thrown

if TYPE_CHECKING:
    from logsleuth.analyses.database import Words
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.lock_timeouts import LockTimeouts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "database"
NAME: Final = "lock-contention"
LOOKALIKES: Final = ("slow-queries",)

# What holds up a service is waited for by a part of its requests at least.
_PART: Final = 0.005
# Exceptions explain an incident from this part of its failures on.
_EXPLAINED: Final = 0.5
# A wait begins before the requests that it makes fail are over.
_SLACK_S: Final = 6.0
# Fewer are no sign of anything.
_FEW: Final = 5
# Words that stand where a table's name does.
_NO_TABLES: Final = frozenset({"transaction", "tuple", "share", "client"})
_RELATION: Final = re.compile(
    r"relation \"([\w.]+)\""
    r"|\b(?:update|into|from|table)\s+(?:`\w+`\.)?[\"`]?([a-z_][\w.]*)",
    re.IGNORECASE,
)


def examine(facts: Facts) -> list[Finding]:
    """Look for more lines of lock waits, deadlocks and lock timeouts than before the onset."""
    ended = lock_timeouts(facts)
    found = [_timed_out(facts, ended)] if ended is not None else []
    waits = facts.said("locks", "deadlocks")
    if not waits:
        return found
    reasons = [
        _more(facts, waits),
        *_timing(facts, waits),
        *_thrown(facts),
        *_slow_without(facts),
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=1.5, apart=-2.5),
    ]
    target = _target(facts, waits)
    summary = f"statements waited for locks{f' on {target}' if target else ''} since the onset"
    return [*found, Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _timed_out(facts: Facts, ended: LockTimeouts) -> Finding:
    """Nobody tells of a wait, but what ends statements after whole seconds is its time-out."""
    apart = ended.first - facts.window.onset
    reasons = [
        reason(
            NAME, "statements end at the time-out of a lock", "direct", 3.0,
            f"{ended.count} of {ended.slow} slow statements that change data took {ended.limit_s} s"
            " to a few milliseconds, as innodb_lock_wait_timeout ends them",
            effect=ended.count / ended.slow, evidence=ended.events,
            query=shown("slowest-statements", facts.window),
        ),
        reason(
            NAME, "it came first", "timing",
            1.5 if apart <= _SLACK_S else 0.0 if apart <= _SLACK_S + SLACK_S else -2.5,
            f"the first of them began {apart:+.1f} s from the first bad request", statistic=apart,
            query=shown("statement-rate"),
        ),
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=1.5, apart=-2.5),
    ]  # fmt: skip
    target = _slowed(facts)
    summary = (
        f"statements{f' on {target}' if target else ''} waited {ended.limit_s} s for locks and were"
        " ended"
    )
    return Finding(NAME, COMPONENT, target, summary, tuple(reasons))


def _more(facts: Facts, waits: tuple[Words, ...]) -> Reason:
    count = sum(w.during for w in waits)
    usual = _usual(facts, waits)
    bad, held = int((facts.during & facts.badness.bad).sum()), _held(facts)
    # A job that deadlocks every few seconds looks new by chance, and for sure without a baseline; a
    # deadlock is over in a second, while all may wait behind a single lock of a table.
    many, waited = _often(facts, waits), sum(w.during for w in waits if w.kind == "locks")
    some = count >= _PART * bad or waited >= max(_PART * held, _FEW)
    enough = some or (waited > 0 and not facts.blind)
    few = 0.0 if many and not facts.blind else -2.0
    return reason(
        NAME, "statements wait for locks", "direct", 3.0 if many and enough else few,
        f"{count} lines of lock waits or deadlocks in the window, {usual:.1f} expected from before,"
        f" against {bad} requests that went badly, {held} of them not at once",
        effect=count / max(usual, 1.0), evidence=tuple(w.event for w in waits[:3] if w.event),
        query=shown("lock-waits", facts.window),
    )  # fmt: skip


def _held(facts: Facts) -> int:
    """How many bad requests may have waited: who is turned away at once is behind those."""
    bad = facts.during & facts.badness.bad
    return int((bad & ~(facts.traffic.duration_s < AT_ONCE_S)).sum())


def _timing(facts: Facts, waits: tuple[Words, ...]) -> list[Reason]:
    firsts = [w.first for w in waits if w.first is not None and w.before == 0]
    if not firsts:
        return []
    apart = min(firsts) - facts.window.onset
    # A wait is logged after deadlock_timeout, a second by default.
    slack = max(6.0, 0.05 * facts.seconds_during)
    weight = 1.5 if apart <= slack else 0.0 if apart <= slack + SLACK_S else -2.5
    return [
        reason(
            NAME, "it came first", "timing", weight,
            f"the first such line is {apart:+.1f} s from the first bad request", statistic=apart,
            query=shown("lock-waits", facts.window),
        )
    ]  # fmt: skip


def _thrown(facts: Facts) -> list[Reason]:
    """Exceptions that name no lock explain what failed; a job's deadlocks go on beside them."""
    thrown = most_thrown(facts)
    failed = int((facts.during & facts.badness.failed).sum())
    if thrown is None or thrown.during < _EXPLAINED * failed:
        return []
    return [
        reason(
            NAME, "exceptions of the code instead", "magnitude", -3.0,
            f"{thrown.during} lines tell of {thrown.kind}, {failed} requests failed",
            effect=thrown.during / max(failed, 1),
            evidence=(thrown.event,) if thrown.event else (),
            query=shown("error-messages", facts.window),
        )
    ]  # fmt: skip


def _slow_without(facts: Facts) -> list[Reason]:
    """Slow statements that waited for no lock; what deadlocks beside them is somebody else's."""
    held = waited(facts)
    if not held.surely_not:
        return []
    return [
        reason(
            NAME, "slow statements did not wait", "magnitude", -3.0,
            f"{held.waited} of {held.slow} slow statements have a line of their process that it"
            " waited for a lock, though such waits are logged",
            effect=held.waited / held.slow, query=shown("lock-waits", facts.window),
        )
    ]  # fmt: skip


def _target(facts: Facts, waits: tuple[Words, ...]) -> str | None:
    """What was waited for, as the database says, or as its slow statements do.

    MySQL and MariaDB write no lock wait timeout into their logs: only who waited hears of it
    (error 1205). What their error log then tells of locks is somebody else's deadlock.
    """
    told = _often(facts, tuple(w for w in waits if w.role == "database"))
    return _table(facts) if told else _slowed(facts) or _table(facts)


def _often(facts: Facts, waits: tuple[Words, ...]) -> bool:
    count = sum(w.during for w in waits)
    return count >= _FEW and count > 4.0 * _usual(facts, waits) + 3.0


def _usual(facts: Facts, waits: tuple[Words, ...]) -> float:
    """So many lines would be expected in the window from those before."""
    return sum(w.before for w in waits) * facts.seconds_during / max(facts.seconds_before, 1e-3)


def _slowed(facts: Facts) -> str | None:
    """The table of the statements whose time grew most."""
    longer = facts.seconds_during / max(facts.seconds_before, 1e-3)
    grown = [
        (s.busy_during_s - longer * s.busy_before_s, s.fingerprint)
        for s in facts.database.statements
        if s.calls_during >= _FEW
    ]
    gain, statement = max(grown, default=(0.0, ""))
    found = _RELATION.search(statement) if gain > 0 else None
    return (found[1] or found[2]).lower() if found else None


def _table(facts: Facts) -> str | None:
    """The table that most of the waiting statements name."""
    period = {**facts.window.bounds, "since": facts.window.onset - SLACK_S}
    rows = facts.case.rows(sql("lock_statements"), period)
    counts: dict[str, float] = {}
    for text, lines in rows:
        tables = {(quoted or named).lower() for quoted, named in _RELATION.findall(text)}
        for table in tables:
            counts[table] = counts.get(table, 0) + lines
    known = {table: count for table, count in counts.items() if table not in _NO_TABLES}
    return max(known, key=lambda t: (known[t], t)) if known else None
