"""Statements slowed down in the database, and requests waited for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.accounted import few_lines_for_much_harm
from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.heaviest import asked_as_often
from logsleuth.analyses.heavy_reasons import may_wait
from logsleuth.analyses.lock_timeouts import lock_timeouts
from logsleuth.analyses.lock_waits import waited
from logsleuth.analyses.own_time import database_part
from logsleuth.analyses.shown import shown
from logsleuth.analyses.unseen import waits_unseen
from logsleuth.model import Interval
from logsleuth.stats.counts import poisson_ratio

if TYPE_CHECKING:
    from logsleuth.analyses.database import Statement
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.heaviest import Heaviest
    from logsleuth.analyses.own_time import SlowedRoute
    from logsleuth.model import Component

COMPONENT: Final[Component] = "database"
NAME: Final = "slow-queries"
LOOKALIKES: Final = (
    "lock-contention",
    "connection-exhaustion",
    "traffic-surge",
    "skewed-selection",
)

_FEW: Final = 5
_TIMES: Final = 3.0
_TWICE: Final = 2.0
# A route has the harm to itself from this part on.
_ALONE: Final = 0.8
# What failed sooner than this waited for nobody.
_ROUND_TRIP_S: Final = 0.1
# Of what a route took longer, so much of it the database's, by the applications' account.
_MOSTLY: Final = 0.7
# An answer within so much of a statement's time came without it.
_SOONER: Final = 0.5
# Workers that are busy half of the time are all busy with a third more work each.
_MUCH_WORK: Final = 0.3
_TABLE: Final = re.compile(
    r"\b(?:from|update|into|join|table)\s+((?:[\"`]?[a-z_][\w$]*[\"`]?\.)?[\"`]?[a-z_][\w$]*)",
    re.IGNORECASE,
)
# MongoDB's commands stand behind their collection; Elasticsearch's queries name no index.
_COLLECTION: Final = re.compile(r"(?:command|query|update|getmore|remove|)\s*([\w$-]+\.[\w$.-]+)\s")


def examine(facts: Facts) -> list[Finding]:
    """Hold the statement that the database was busiest with against its own past."""
    if not facts.database.events:
        return _untold(facts)
    risen = [s for s in facts.database.statements if _risen(facts, s)]
    if not risen:
        return _untold(facts) or ([] if facts.silence(COMPONENT) else [_nothing(facts)])
    worst = max(risen, key=lambda s: (s.busy_during_s, s.fingerprint))
    reasons = [
        _more(facts, worst),
        *_timing(facts, worst),
        *_weight(facts, worst),
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=1.0, apart=-2.5),
        *(locks := _locks(facts, worst)),
        *([] if locks else _one_route(facts)),
        *_bounded(facts),
        *_answered_sooner(facts, worst),
    ]
    target = _target(worst)
    summary = (
        f"statements on {target} took {worst.median_during_s or 0:.2f} s (median of "
        f"{worst.calls_during} logged ones) since the onset: {worst.fingerprint[:100]}"
    )
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _bounded(facts: Facts) -> list[Reason]:
    """What took less than any statement that has a line waited for none of them."""
    bound = few_lines_for_much_harm(facts)
    if bound is None or bound.outcome != "against":
        return []
    return [
        reason(
            NAME, bound.name, "bound", -4.0, bound.explanation, effect=bound.effect,
            query=bound.query,
        )
    ]  # fmt: skip


def _answered_sooner(facts: Facts, worst: Statement) -> list[Reason]:
    """Applications that answer in less than the statement takes did not wait for it."""
    hit = by_route(facts)
    told = next((r for r in facts.served_routes if hit is not None and r.route == hit.value), None)
    if hit is None or told is None or told.median_s is None or hit.excess_share <= _ALONE:
        return []
    asked = facts.during & (facts.traffic.route == facts.traffic.routes.index(hit.value))
    statement = worst.median_during_s or 0.0
    if told.during < _MOSTLY * asked.sum() or told.median_s > _SOONER * statement:
        return []
    return [
        reason(
            NAME, "the applications answered sooner", "application", -4.0,
            f"they took {told.median_s:.3f} s for {told.route}, which has the harm, and such a"
            f" statement {statement:.3f} s (medians)",
            effect=told.median_s / max(statement, 1e-3), query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _untold(facts: Facts) -> list[Finding]:
    """A route that took longer by itself may have waited for statements that nobody tells of."""
    heavy = facts.heaviest_route
    if heavy is not None:
        return _heavy(facts, heavy)
    slowed = facts.slowed_route
    if slowed is None or not slowed.alone:
        return [] if slowed is not None and slowed.unchanged else _unseen(facts)
    if slowed.own.part_s is not None and slowed.waits_for_database(facts):
        return [_by_account(facts, slowed)]
    if database_part(facts, slowed) is not None:
        return []
    says = f"nobody tells how long {slowed.route}, slow by itself, waited for its statements"
    held = reason(
        NAME, "one route may wait for the database", "strata", 3.0, says,
        effect=slowed.own.longer_s, query=shown("route-own-times", facts.window),
        evidence=slowed.events,
    )  # fmt: skip
    return [Finding(NAME, COMPONENT, None, says, (held,))]


def _heavy(facts: Facts, heavy: Heaviest) -> list[Finding]:
    """Without a time before it, a route that is slow by itself may wait for statements as well."""
    waits = may_wait(NAME, facts, heavy)
    if not waits:
        return []
    reasons = [
        *waits,
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=0.5, apart=-2.5),
        *_waits_told(facts, None),
    ]
    # Only where the log says that it waited for them are its statements the ones.
    held = asked_as_often(facts, heavy) if len(waits) > 1 and heavy.database_s is None else []
    busiest = max(held, key=lambda s: (s.busy_during_s, s.fingerprint), default=None)
    target = None if busiest is None else _target(busiest)
    return [Finding(NAME, COMPONENT, target, waits[0].check.explanation, tuple(reasons))]


def _by_account(facts: Facts, slowed: SlowedRoute) -> Finding:
    """The applications say that a route waited for the database; which statement, nobody does."""
    own, part = slowed.own, database_part(facts, slowed) or 0.0
    reasons = [
        *_one_route(facts),
        reason(
            NAME, "the applications' own account", "database", 1.5 if part > _MOSTLY else 0.75,
            f"they say that {part:.0%} of it was time in the database", effect=part,
            query=shown("instances", facts.window),
        ),
        reason(
            NAME, "it keeps the workers", "magnitude", 2.0 if own.added > _MUCH_WORK else 0.5,
            f"that is {own.added:.0%} more work than the window's requests usually are",
            effect=own.added, query=shown("route-own-times", facts.window),
        ),
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=1.0, apart=-2.5),
        *_waits_told(facts),
        reason(
            NAME, "no statement is told", "coverage", -2.0,
            "no log of the database tells which statements they were, or whether they waited for"
            " locks",
        ),
    ]  # fmt: skip
    summary = (
        f"{slowed.route} waited {own.part_s or 0.0:.2f} s longer for the database than before, by"
        " the applications' account, and the others for the workers that it kept"
    )
    return Finding(NAME, COMPONENT, None, summary, tuple(reasons))


def _waits_told(facts: Facts, role: str | None = "application") -> list[Reason]:
    """Locks, a limit or a stop, of which applications hear without the database's log."""
    told = facts.said("locks", "deadlocks", "no-connections", "database-unreachable", role=role)
    count = sum(w.during for w in told)
    if count < _FEW:
        return []
    return [
        reason(
            NAME, "it was something else in the database", "direct", -3.0,
            f"{count} lines: {told[0].message or ''}",
            evidence=tuple(w.event for w in told[:2] if w.event),
        )
    ]  # fmt: skip


def _unseen(facts: Facts) -> list[Finding]:
    """A route that is slow by the balancer's account alone may wait for the database as well."""
    worst = by_route(facts)
    if worst is None or worst.excess_share <= _ALONE or not waits_unseen(facts, worst.value):
        return []
    says = f"nobody tells how long {worst.value}, which alone is slow, waited for its statements"
    held = reason(
        NAME, "one route may wait for the database", "strata", 3.0, says,
        effect=worst.excess_share, query=shown("failures-by-route", facts.window),
    )  # fmt: skip
    return [Finding(NAME, COMPONENT, None, says, (held,))]


def _target(worst: Statement) -> str:
    """What the statement works on: its table, collection or index, else the statement itself."""
    found = _COLLECTION.match(worst.fingerprint) or _TABLE.search(worst.fingerprint)
    if found:
        return re.sub(r"[\"`]", "", found[1])
    if worst.fingerprint.startswith("{") and worst.database:
        return worst.database
    return worst.fingerprint[:120]


def _risen(facts: Facts, one: Statement) -> bool:
    """Whether the database was busier with a statement in the window than chance explains."""
    if one.calls_during < _FEW:
        return False
    if facts.blind:
        return _long_enough(facts, one)
    before = max(facts.seconds_before, 1e-3)
    rate = poisson_ratio(one.calls_during, facts.seconds_during, one.calls_before, before)
    asked = poisson_ratio(
        one.calls_during, int(facts.during.sum()), one.calls_before, int(facts.before.sum())
    )
    # Twice as many do where it isn't for twice as many requests.
    more = rate.interval.low > _TIMES or min(rate.interval.low, asked.interval.low) > _TWICE
    longer = one.calls_before >= _FEW and (one.median_during_s or 0.0) > _TIMES * (
        one.median_before_s or 1e9
    )
    return more or longer


def _long_enough(facts: Facts, one: Statement) -> bool:
    """Without a baseline: many beside the bad requests, and each a good part of one's time."""
    bad = facts.during & facts.badness.bad
    took = facts.traffic.duration_s[bad]
    took = took[~np.isnan(took)]
    waited = took[took > _ROUND_TRIP_S]
    if len(took) and len(waited) < 0.1 * len(took):
        return False
    typical = float(np.median(waited)) if len(waited) else _ROUND_TRIP_S
    return one.calls_during > 0.1 * bad.sum() and (one.median_during_s or 0.0) > 0.25 * typical


def _nothing(facts: Facts) -> Finding:
    timed = facts.database.timed
    says = (
        f"none of {len(facts.database.statements)} kinds of slow statements came more often or took"
        " longer than before"
        if timed
        else "the database logged no slow statement at all"
    )
    held = reason(
        NAME, "statements as before", "direct", -3.0 if timed else -1.0, says,
        query=shown("slowest-statements", facts.window),
    )  # fmt: skip
    return Finding(NAME, COMPONENT, None, says, (held,))


def _more(facts: Facts, worst: Statement) -> Reason:
    before, during = max(facts.seconds_before, 1e-3), facts.seconds_during
    rate = poisson_ratio(worst.calls_during, during, worst.calls_before, before)
    return reason(
        NAME, "statements slowed down", "direct", 2.5,
        f"{worst.calls_during} slow ones in {during:.0f} s of the window, {worst.calls_before} in"
        f" {before:.0f} s before: {worst.fingerprint[:100]}",
        effect=rate.ratio, p_value=rate.p_value,
        query=shown("slowest-statements", facts.window),
        evidence=tuple(e for e in (worst.first_event, worst.longest_event) if e),
    )  # fmt: skip


def _timing(facts: Facts, worst: Statement) -> list[Reason]:
    if worst.first_started is None:
        return []
    apart = worst.first_started - facts.window.onset
    slack = max(4.0, 0.03 * facts.seconds_during)
    # Within what two clocks may differ by, its being late says nothing.
    late = max(SLACK_S + slack, 0.1 * facts.seconds_during)
    weight = 1.5 if apart <= slack else 0.0 if apart <= late else -2.5
    return [
        reason(
            NAME, "it came first", "timing", weight,
            f"the first such statement began {apart:+.1f} s from the first bad request",
            statistic=apart, query=shown("statement-rate"),
            evidence=(worst.first_event,) if worst.first_event else (),
        )
    ]  # fmt: skip


def _weight(facts: Facts, worst: Statement) -> list[Reason]:
    """Enough statements, long enough, to hold up the requests that went badly."""
    bad = int((facts.during & facts.badness.bad).sum())
    part = worst.calls_during / max(bad, 1)
    weight = 2.0 if part > 0.1 else 0.5 if part > 0.02 else -1.5
    return [
        reason(
            NAME, "enough to hold up the requests", "magnitude", weight,
            f"{worst.calls_during} slow statements stand against {bad} requests that went badly",
            effect=part, query=shown("statement-rate"),
        )
    ]  # fmt: skip


def _one_route(facts: Facts) -> list[Reason]:
    """A route that took longer by itself, on all instances, because its statements did."""
    slowed = facts.slowed_route
    if slowed is None or not slowed.alone or not slowed.waits_for_database(facts):
        return []
    own = slowed.own
    return [
        reason(
            NAME, "one route waits for it everywhere", "strata", 2.5,
            f"{slowed.route} took {own.longer_s:.3f} s longer ({own.interval.low:.3f} to"
            f" {own.interval.high:.3f}) than before and than others beside it, and"
            f" {database_part(facts, slowed) or 0.0:.0%} of that was the database's",
            effect=own.longer_s, query=shown("route-own-times", facts.window),
            interval=Interval(own.interval.low, own.interval.high), evidence=slowed.events,
        )
    ]  # fmt: skip


def _locks(facts: Facts, worst: Statement) -> list[Reason]:
    """A statement that waits for a lock is not slow itself."""
    refused = facts.said("no-connections")
    down = sum(w.during for w in facts.said("database-down", role="database"))
    # Of two that deadlock one is ended, and MySQL and MariaDB tell only the one that they end.
    reasons = _waits(facts, worst, "database", 0.1) or _waits(facts, worst, "application", 0.3)
    if refused:
        reasons.append(
            reason(
                NAME, "no connection was to be had", "direct", -5.0,
                f"{sum(w.during for w in refused)} lines tell of a connection limit",
                evidence=tuple(w.event for w in refused if w.event)[:2],
            )
        )  # fmt: skip
    if down:
        reasons.append(
            reason(NAME, "the database stopped", "direct", -2.0, f"{down} lines tell of a stop")
        )
    return reasons


def _ended(facts: Facts) -> list[Reason]:
    """MySQL and MariaDB log no wait, but what they end after whole seconds waited for a lock."""
    held = lock_timeouts(facts)
    if held is None:
        return []
    return [
        reason(
            NAME, "they end at the time-out of a lock", "direct", -5.0,
            f"{held.count} of {held.slow} slow statements that change data took {held.limit_s} s to"
            " a few milliseconds",
            evidence=held.events, query=shown("slowest-statements", facts.window),
        )
    ]  # fmt: skip


def _waits(facts: Facts, worst: Statement, role: str, part: float) -> list[Reason]:
    """Lines of lock waits that are more than before, and enough for a part of the statements."""
    waits = facts.said("locks", "deadlocks", role=role)
    count = sum(w.during for w in waits)
    usual = sum(w.before for w in waits) / max(facts.seconds_before, 1e-3)
    often = count > max(4.0, 4.0 * usual * facts.seconds_during)
    if not often or count <= part * worst.calls_during or waited(facts).surely_not:
        return _ended(facts) if role == "database" else []
    return [
        reason(
            NAME, "they wait for locks", "direct", -5.0,
            f"{count} lines tell of lock waits or deadlocks in the window",
            evidence=tuple(w.event for w in waits if w.event)[:2],
            query=shown("lock-waits", facts.window),
        )
    ]  # fmt: skip
