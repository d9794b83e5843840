"""The database stopped, restarted or refused connections."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.database import Words
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "database"
NAME: Final = "outage"
LOOKALIKES: Final = ("connection-exhaustion", "bad-instance")

# A wrong password now and then is everyday.
_FEW: Final = 10
# Connections are there again within seconds of a start.
_AT_ONCE_S: Final = 3.0


def examine(facts: Facts) -> list[Finding]:
    """Look for the database's own lines of stopping, and for applications that can't reach it."""
    down = facts.said("database-down", role="database")
    unreachable = facts.said("database-unreachable", role="application")
    if not down and not unreachable and not facts.database.events:
        return []
    started = () if down else _started_meanwhile(facts, unreachable)
    reasons = [
        _own_words(facts, down or started),
        *_others(facts, unreachable),
        *_timing(facts, down, unreachable),
        *_ended(facts, started),
        *hit_everywhere(NAME, facts, "every server is hit", "magnitude", alike=1.0, apart=-2.0),
    ]
    product = facts.database.product or "database"
    name = f" ({facts.database.name})" if facts.database.name else ""
    summary = f"the database{name} stopped or refused connections"
    return [Finding(NAME, COMPONENT, product, summary, tuple(reasons))]


def _started_meanwhile(facts: Facts, unreachable: tuple[Words, ...]) -> tuple[Words, ...]:
    """Lines of a start when it was over, or after applications could not reach it any more.

    It had stopped then, though no line tells of that: a process that is killed says nothing.
    """
    ended = facts.window.ended
    since = min((w.first for w in unreachable if w.first is not None), default=math.inf)
    told = facts.said("database-up", role="database")
    return tuple(
        w for w in told
        if w.first is not None and w.last is not None
        and (w.last >= since or (ended is not None and _apart(w, ended) <= SLACK_S))
    )  # fmt: skip


def _apart(words: Words, ended: float) -> float:
    """How far its first or last such line is from the end, in seconds."""
    return min(abs(at - ended) for at in (words.first, words.last) if at is not None)


def _ended(facts: Facts, started: tuple[Words, ...]) -> list[Reason]:
    ended = facts.window.ended
    if not started or ended is None:
        return []
    apart = min(_apart(w, ended) for w in started)
    return [
        reason(
            NAME, "its start ended it", "timing",
            2.0 if apart <= _AT_ONCE_S else 0.5 if apart <= SLACK_S else 0.0,
            f"it started {apart:.1f} s from the last bad request", statistic=apart,
            query=shown("database-lifecycle"),
            evidence=tuple(w.event for w in started[:2] if w.event),
        )
    ]  # fmt: skip


def _turned_away(facts: Facts) -> tuple[Words, ...]:
    """Lines of a database that lets nobody in, where they are many more than on any day."""
    words = facts.said("not-admitted", role="database")
    usual = sum(w.before for w in words) * facts.seconds_during / max(facts.seconds_before, 1e-3)
    return words if sum(w.during for w in words) > max(_FEW, 4.0 * usual) else ()


def _own_words(facts: Facts, down: tuple[Words, ...]) -> Reason:
    down = down or _turned_away(facts)
    count = sum(w.during for w in down)
    if count:
        weight, says = 3.0, down[0].message or ""
    elif facts.database.events > facts.database.timed and not facts.database.during:
        weight, says = (
            0.0,
            "the database's log has no line in the window: who is killed says nothing",
        )
    elif facts.database.events > facts.database.timed:
        weight, says = -2.5, "the database's log has no line of stopping or starting in the window"
    elif facts.database.events:
        weight, says = 0.0, "of the database there are statements only, which tell of no stop"
    else:
        weight, says = 0.0, "there is no log of the database"
    return reason(
        NAME, "the database says so", "direct", weight, says, effect=float(count),
        evidence=tuple(w.event for w in down[:3] if w.event),
        query=shown("database-lifecycle", facts.window),
    )  # fmt: skip


def _others(facts: Facts, unreachable: tuple[Words, ...]) -> list[Reason]:
    instances = {w.instance for w in unreachable}
    known = [i for i in facts.instances if i.during]
    if not unreachable:
        return [
            reason(
                NAME, "applications reach it", "strata", -1.5,
                "no application says that it can't reach the database",
                query=shown("connection-errors", facts.window),
            )
        ] if known else []  # fmt: skip
    share = len(instances) / max(len(known), len(instances))
    weight = 2.5 if share > 0.6 and len(instances) > 1 else -1.0 if len(known) > 2 else 0.5
    return [
        reason(
            NAME, "applications can't reach it", "strata", weight,
            f"{sum(w.during for w in unreachable)} lines of {len(instances)} of "
            f"{max(len(known), len(instances))} instances say so",
            effect=share, evidence=tuple(w.event for w in unreachable[:3] if w.event),
            query=shown("connection-errors", facts.window),
        )
    ]  # fmt: skip


def _timing(facts: Facts, down: tuple[Words, ...], unreachable: tuple[Words, ...]) -> list[Reason]:
    firsts = [w.first for w in (*down, *unreachable) if w.first is not None]
    if not firsts:
        return []
    apart = min(firsts) - facts.window.onset
    slack = max(4.0, 0.03 * facts.seconds_during)
    # Within what two clocks may differ by, its being late says nothing.
    late = max(SLACK_S + slack, 0.1 * facts.seconds_during)
    # Where nobody saw it begin, lines are few once the servers are out, and come when one is asked.
    weight = 1.5 if apart <= slack else 0.0 if apart <= late or facts.blind else -2.5
    return [
        reason(
            NAME, "it came first", "timing", weight,
            f"the first such line is {apart:+.1f} s from the first bad request", statistic=apart,
            query=shown("database-lifecycle", facts.window),
        )
    ]  # fmt: skip
