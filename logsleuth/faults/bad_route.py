"""One route fails or is slow on all instances, no deploy in the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.concentration import by_route, harmed_client
from logsleuth.analyses.cures import cured
from logsleuth.analyses.cut_short import cut_short
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.exoneration import no_direct_lines, statements_as_before
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.heavy_reasons import kept_by_it, waits_of_it
from logsleuth.analyses.own_time import database_part, nobody_tells
from logsleuth.analyses.refusals import sought_elsewhere
from logsleuth.analyses.rollout import LIKELIER, deploys_are_told, nearest, study
from logsleuth.analyses.served_inside import served_inside
from logsleuth.analyses.shown import shown
from logsleuth.analyses.thrown import most_thrown
from logsleuth.analyses.unseen import waits_unseen
from logsleuth.model import Interval

if TYPE_CHECKING:
    from logsleuth.analyses.concentration import Concentration
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.heaviest import Heaviest
    from logsleuth.analyses.own_time import SlowedRoute
    from logsleuth.model import Component

COMPONENT: Final[Component] = "application"
NAME: Final = "bad-route"
LOOKALIKES: Final = ("bad-release", "slow-queries", "misrouted")


# A route has the harm to itself from this part on.
_ALONE: Final = 0.8
_NOTICED_S: Final = 0.05
# What an application answers to its own exception; 502 to 504 are others' words for its silence.
_ERROR: Final = 500
# Some instances' logs may be missing.
_MOSTLY: Final = 0.5
_FEW: Final = 10
_TOLD: Final = 0.9
_SOME: Final = 0.2
# Workers that are busy half of the time are all busy with twice the work, and with a tenth more
# only where they nearly were before.
_MUCH_WORK: Final = 0.3
_SOME_WORK: Final = 0.1


def examine(facts: Facts) -> list[Finding]:
    """Hold the route with most of the harm, or of the work, against all the others."""
    worst = by_route(facts)
    if worst is None or not worst.value or len(facts.traffic.routes) < 2:
        return []
    held = held_by_route(NAME, facts, worst)
    heavy = facts.heaviest_route if held.weight < 0 else None
    if heavy is not None:
        return [_heavy(facts, heavy)]
    slowed = facts.slowed_route if held.weight < 0 else None
    thrown = _thrown(facts)
    if slowed is not None and _blocks(facts, slowed, thrown):
        return [_blocking(facts, slowed)]
    if held.weight < 0 and thrown is not None:
        worst, held = thrown, _own_errors(facts, thrown)
    reasons = [
        held,
        *_nothing_longer(facts, slowed),
        *_common(facts),
        *_database_part(facts, worst.value),
        *(_cut_short(facts, worst.value) or served_inside(NAME, facts, worst.value)),
        *sought_elsewhere(NAME, facts),
        *_mended(facts),
    ]
    summary = f"{worst.value} went badly in {worst.rate:.0%} of its requests, on every server"
    return [Finding(NAME, COMPONENT, worst.value, summary, tuple(reasons))]


def _heavy(facts: Facts, heavy: Heaviest) -> Finding:
    """Without a time before it: the route that all others wait for, by its own time."""
    reasons = [
        *kept_by_it(NAME, facts, heavy),
        *_common(facts),
        *waits_of_it(NAME, facts, heavy),
    ]
    summary = (
        f"{heavy.route} takes {heavy.longer_s:.2f} s by itself, on every instance, and the others"
        " wait for the workers that it keeps"
    )
    return Finding(NAME, COMPONENT, heavy.route, summary, tuple(reasons))


def _blocks(facts: Facts, slowed: SlowedRoute, thrown: Concentration | None) -> bool:
    """Whether a route's own time is what there is to tell of it.

    Where nobody tells of the database, its own errors say more.
    """
    if not slowed.alone or _database_explains(facts, slowed):
        return False
    return thrown is None or not nobody_tells(facts, slowed)


def _common(facts: Facts) -> list[Reason]:
    return [
        *hit_everywhere(NAME, facts, "on every server alike", "magnitude", alike=2.0, apart=-2.5),
        *_no_deploy(facts),
        *_no_strangers(facts),
        *_many_clients(facts),
        *_database(facts),
    ]


def _blocking(facts: Facts, slowed: SlowedRoute) -> Finding:
    """A route that is slow by itself keeps the workers that all the others wait for."""
    own = slowed.own
    reasons = [
        reason(
            NAME, "one route takes longer by itself", "strata",
            1.5 if nobody_tells(facts, slowed) else 3.0,
            f"{slowed.route} took {own.longer_s:.3f} s longer ({own.interval.low:.3f} to"
            f" {own.interval.high:.3f}) than before and than others beside it, who waited"
            f" {own.waited_s:.3f} s longer; it has {own.share:.0%} of what routes took longer by"
            " themselves",
            effect=own.longer_s, statistic=own.share, query=shown("route-own-times", facts.window),
            interval=Interval(own.interval.low, own.interval.high), evidence=slowed.events,
        ),
        reason(
            NAME, "it keeps the workers", "magnitude",
            1.5 if own.added > _MUCH_WORK else 0.0 if own.added > _SOME_WORK else -2.0,
            f"that is {own.added:.0%} more work than the window's requests usually are",
            effect=own.added, query=shown("route-own-times", facts.window),
        ),
        *_common(facts),
        *_own_database_part(facts, slowed),
    ]  # fmt: skip
    summary = (
        f"{slowed.route} took {own.longer_s:.2f} s longer than before by itself, on every"
        " instance, and the others waited for the workers that it kept"
    )
    return Finding(NAME, COMPONENT, slowed.route, summary, tuple(reasons))


def _database_explains(facts: Facts, slowed: SlowedRoute) -> bool:
    """Whether the database tells, or is told, to be what the route waited for."""
    return slowed.waits_for_database(facts) or (slowed.own.part_s is None and _accused(facts))


def _accused(facts: Facts) -> bool:
    """Whether anybody tells of locks more often than before, of a stop, or of no connection."""
    direct = no_direct_lines(facts)
    if direct is not None and direct.outcome == "for":
        return True
    longer = facts.seconds_during / max(facts.seconds_before, 1e-3)
    told = facts.said(
        "locks", "deadlocks", "no-connections", "database-unreachable", role="application"
    )
    return sum(w.during for w in told) > 3 + 3 * longer * sum(w.before for w in told)


def _own_database_part(facts: Facts, slowed: SlowedRoute) -> list[Reason]:
    part = database_part(facts, slowed)
    if part is None:
        # Where nobody tells, two in three recorded ones were the route's own: named with doubt.
        silent = nobody_tells(facts, slowed)
        log = "nor does a log of it" if silent else "and its log times no statement so short"
        return [
            reason(
                NAME, "what it waits for isn't in the evidence", "coverage",
                -1.5 if silent else -2.0,
                f"{slowed.route} is slow, the application doesn't say how long it waited for the"
                f" database, {log}",
            )
        ]  # fmt: skip
    told = slowed.own.part_s is not None
    by = "by the application's account" if told else "by the database's slow statements"
    return [
        reason(
            NAME, "the database's part of its time", "database", 2.0 if told else 1.0,
            f"of what {slowed.route} took longer {max(part, 0.0):.0%} was the database's, {by}",
            effect=part, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _nothing_longer(facts: Facts, slowed: SlowedRoute | None) -> list[Reason]:
    """That every route took as long as before by itself: all wait alike, and none is at fault."""
    if slowed is None or not slowed.unchanged or slowed.own.waited_s < _NOTICED_S:
        return []
    own = slowed.own
    return [
        reason(
            NAME, "no route takes longer by itself", "strata", -2.0,
            f"{slowed.route}, of all the one with most, took {own.longer_s:.3f} s longer"
            f" ({own.interval.low:.3f} to {own.interval.high:.3f}) than others beside it, who"
            f" waited {own.waited_s:.3f} s longer",
            effect=own.longer_s, query=shown("route-own-times", facts.window),
            interval=Interval(own.interval.low, own.interval.high),
            margin=Interval(-slowed.noticed_s, slowed.noticed_s),
        )
    ]  # fmt: skip


def _thrown(facts: Facts) -> Concentration | None:
    """The route that alone answers 500, where others are only kept waiting by it."""
    errors = facts.traffic.status == _ERROR
    if int((facts.during & errors).sum()) < _FEW:
        return None
    worst = by_route(facts, errors)
    return worst if worst is not None and worst.value and worst.excess_share > 0.9 else None


def _own_errors(facts: Facts, worst: Concentration) -> Reason:
    return reason(
        NAME, "one route has the errors", "strata", 2.5,
        f"{worst.value} has {worst.excess_share:.0%} of the answers {_ERROR}; the others only wait",
        effect=worst.excess_share, query=shown("failures-by-route", facts.window),
    )  # fmt: skip


def _database_part(facts: Facts, route: str) -> list[Reason]:
    """How much of what the route took longer was the database's, by the application's account."""
    told = next((r for r in facts.served_routes if r.route == route), None)
    if told is None or (told.slower_s or 0.0) < _NOTICED_S or told.database_slower_s is None:
        return [] if facts.database.events else _unseen(facts, route)
    part = told.database_slower_s / (told.slower_s or 1.0)
    return [
        reason(
            NAME, "the database's part of its time", "database",
            2.0 if part < 0.2 else -2.5 if part > 0.5 else 0.0,
            f"{route} took {told.slower_s:.3f} s longer than before in the application (median),"
            f" {told.database_slower_s:.3f} s of it for the database",
            effect=part, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _cut_short(facts: Facts, route: str) -> list[Reason]:
    """Without a baseline: the balancer gives up on it sooner than on others, in its usual times.

    The applications, where they have logs, have a line of all that it gave up and no failure.
    """
    held = cut_short(facts, facts.during & facts.badness.failed) if facts.blind else None
    if held is None or not held.smooth or held.route != route or not _served_all(facts, route):
        return []
    return [
        reason(
            NAME, "it is given up sooner than others", "application", -3.0,
            f"the balancer gave up {held.cut} requests for {route} after {held.limit_s:.3f} s, and"
            f" waited longer for {held.longer} others; {held.below} were served just before that",
            effect=held.limit_s, query=shown("slowest-routes"),
        )
    ]  # fmt: skip


def _served_all(facts: Facts, route: str) -> bool:
    """Whether applications tell of all requests for a route and of few failures, or of nothing."""
    if not facts.instances:
        return True
    asked = facts.during & (facts.traffic.route == facts.traffic.routes.index(route))
    told = sum(r.during for r in facts.served_routes if r.route == route)
    failed = sum(i.failed_during for i in facts.instances)
    bad = int((facts.during & facts.badness.failed).sum())
    return told >= _TOLD * asked.sum() and failed <= _SOME * bad


def _unseen(facts: Facts, route: str) -> list[Reason]:
    """A slow route may wait for a database that nobody has a log of.

    Unless its answers 500 are exceptions that name none: what breaks its code makes it slow, too.
    """
    if not waits_unseen(facts, route) or _throws_its_own(facts, route):
        return []
    return [
        reason(
            NAME, "what it waits for isn't in the evidence", "coverage", -1.5,
            f"{route} is slow, and neither a log of the database nor the application's own says how"
            " long it waited for the database",
        )
    ]  # fmt: skip


def _throws_its_own(facts: Facts, route: str) -> bool:
    thrown, most = _thrown(facts), most_thrown(facts)
    errors = int((facts.during & (facts.traffic.status == _ERROR)).sum())
    alone = thrown is not None and thrown.value == route
    return alone and most is not None and most.during > _MOSTLY * errors


def _mended(facts: Facts) -> list[Reason]:
    """What was there before the evidence and ended with a release may have come with the last."""
    cure = cured(facts) if facts.begun_before else None
    if cure is None or not cure.worked or not cure.released:
        return []
    return [
        reason(
            NAME, "a release ended it", "timing", -3.0,
            f"{cure.instances} instances started around the end, since when {cure.anew.bad} of"
            f" {cure.anew.requests} requests to them went badly, and nobody saw it begin:"
            f" {cure.first.message}",
            evidence=(cure.first.event_id,), query=shown("releases"),
        )
    ]  # fmt: skip


def held_by_route(fault: str, facts: Facts, worst: Concentration) -> Reason:
    """How much of the harm one route has, and how the others fare."""
    alone = worst.excess_share > _ALONE and worst.rate > 4.0 * max(worst.others_rate, 0.003)
    # Where others did as badly before, what is above that is little: it must be much of it all.
    bad = int((facts.during & facts.badness.bad).sum())
    alone = alone and worst.requests * worst.rate >= _SOME * bad
    return reason(
        fault, "one route has the harm", "strata", 3.0 if alone else -3.0,
        f"{worst.value} has {worst.excess_share:.0%} of the harm: {worst.rate:.1%} of its requests"
        f" went badly, {worst.others_rate:.1%} of the others",
        effect=worst.excess_share, query=shown("failures-by-route", facts.window),
    )  # fmt: skip


def _no_deploy(facts: Facts) -> list[Reason]:
    rollout = nearest(facts)
    if rollout is None and not deploys_are_told(facts):
        weight, says = 0.5, "no log in the evidence would tell of a deploy"
    elif rollout is None:
        weight, says = 1.0, "no instance started and nothing was deployed around the onset"
    elif (held := study(facts, rollout)).acquits:
        says = f"release {rollout.version or ''} was well, or others were ill without it"
        weight = 1.0
    elif held.same_without > LIKELIER:
        weight, says = 0.0, f"instances without release {rollout.version or ''} fared as badly"
    else:
        weight, says = -2.5, f"a start or deploy around the onset: {rollout.starts[0].message}"
    return [
        reason(
            NAME, "no deploy at the onset", "timing", weight, says,
            evidence=tuple(c.event_id for c in rollout.starts[:2]) if rollout else (),
            query=shown("releases"),
        )
    ]  # fmt: skip


def _many_clients(facts: Facts) -> list[Reason]:
    """A route that goes badly does so for everybody; one client's errors are its own."""
    worst = harmed_client(facts)
    if worst is None or not worst.value or worst.excess_share < _ALONE or worst.rate < 0.05:
        return []
    return [
        reason(
            NAME, "one client has the harm", "clients", -3.0,
            f"{worst.value} has {worst.excess_share:.0%} of what went badly, and"
            f" {worst.share_during:.0%} of the requests",
            effect=worst.excess_share, query=shown("failures-by-client", facts.window),
        )
    ]  # fmt: skip


def _no_strangers(facts: Facts) -> list[Reason]:
    """A route that another pool answers since the onset was sent to the wrong place."""
    strayed = [
        pool.pool for pool in facts.pools for route, (before, during, _) in pool.routes.items()
        if during >= 8 and not before
        and sum(p.routes.get(route, (0, 0, 0))[0] for p in facts.pools) >= 8
    ]  # fmt: skip
    if not strayed:
        return []
    return [
        reason(
            NAME, "the route changed its pool", "configuration", -3.0,
            f"{len(strayed)} routes are answered by another pool than before",
        )
    ]  # fmt: skip


def _database(facts: Facts) -> list[Reason]:
    """A database that is slow or loud would hit the routes that use it most."""
    thrown = most_thrown(facts)
    failed = int((facts.during & facts.badness.failed).sum())
    if thrown is not None and thrown.during > _MOSTLY * failed:
        # Exceptions that name no database explain it: another job's trouble goes on beside them.
        return []
    direct, statements = no_direct_lines(facts), statements_as_before(facts)
    if direct is not None and direct.outcome == "for":
        weight, told = -2.5, direct
    elif statements is not None and statements.outcome != "against":
        weight, told = -1.0, statements
    else:
        return []
    return [
        reason(
            NAME, "the database is not as before", "database", weight, told.explanation,
            query=told.query, evidence=told.evidence,
        )
    ]  # fmt: skip
