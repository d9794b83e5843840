"""All instances regress together at a deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.actions import VERSION
from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.cures import cured
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.passage import Passed
from logsleuth.analyses.released import bad_before, outlived_by, spared_with_it
from logsleuth.analyses.rollout import (
    LIKELIER,
    deploys_are_told,
    nearest,
    study,
    until_onset,
)
from logsleuth.analyses.shown import moment, shown
from logsleuth.analyses.thrown import most_thrown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.cures import Cure
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.rollout import Study
    from logsleuth.analyses.thrown import Thrown
    from logsleuth.model import Component

COMPONENT: Final[Component] = "application"
NAME: Final = "bad-release"
LOOKALIKES: Final = ("bad-route", "outage", "slow-queries")

# Exceptions of its code explain an incident from this part of its failures on.
_EXPLAINED: Final = 0.5
# A route has the harm to itself from this part of it on.
_ALONE: Final = 0.8
# So many bad ones should have been seen before their absence acquits.
_EXPECTED: Final = 8.0
# Requests on a release that tell how it serves, and how much rarer than by the balancer's account
# they go badly where it isn't the release.
_ENOUGH: Final = 40
_HARDLY: Final = 0.2
# So many bad ones should have been seen without it, before their absence accuses it: none by chance
# is one in twenty.
_SPARED: Final = 3.0
# And of what went badly, so much was given to no server at all.
_NEVER: Final = 0.9


def examine(facts: Facts) -> list[Finding]:
    """Look for starts of instances or a deploy just before the onset."""
    rollout = nearest(facts)
    if rollout is None:
        return _before_the_evidence(facts) or _untold(facts)
    moves = list(rollout.starts)
    written = VERSION.search(moves[0].message)
    version = written[0] if written else rollout.version
    held = study(facts, rollout)
    worst = by_route(facts)
    reasons = [
        _deploy(facts, moves),
        *_alike(facts, held, moves),
        *(
            _served_on(facts, held)
            or _as_quick(held)
            or _without_it(held)
            or _well_at_first(facts, held, moves)
        ),
        *(ill := bad_before(NAME, facts, moves)),
        *outlived_by(NAME, facts, moves),
        *spared_with_it(NAME, facts, moves),
        *_database(facts),
        *_shares(facts),
    ]
    alone = worst is not None and worst.excess_share > 0.8 and worst.value
    target = version or (worst.value if alone and worst else moves[0].target) or None
    summary = f"the instances got worse together when {version or 'a release'} started" + (
        f": {worst.value}" if alone and worst else ""
    )
    found = Finding(NAME, COMPONENT, target, summary, tuple(reasons))
    return [found, *(_before_the_evidence(facts) if ill else [])]


def _before_the_evidence(facts: Facts) -> list[Finding]:
    """A release from before the first line: its exceptions on all instances, or its rollback."""
    if not facts.begun_before:
        return []
    thrown, cure = most_thrown(facts), cured(facts)
    ended = _cured(facts, cure)
    if thrown is None and not ended:
        return []
    reasons = [
        *([_throws(facts, thrown)] if thrown else []),
        *ended,
        *_alike_instances(facts, thrown),
        *_every_route(facts, cure),
        *_database(facts),
        *_database_part(facts),
        reason(
            NAME, "no release in the evidence", "coverage", -1.0,
            "the evidence is bad from its first line on, and shows no release before that",
        ),
    ]  # fmt: skip
    how = f"throw {thrown.kind}" if thrown else "do badly"
    summary = f"all instances {how} from the first line on, whatever is asked of them" + (
        ", until another release started" if cure and cure.worked else ""
    )
    return [Finding(NAME, COMPONENT, None, summary, tuple(reasons))]


def _untold(facts: Facts) -> list[Finding]:
    """Where no log would tell of a deploy, a route that broke may well have been deployed.

    It stands beside the bad route that it looks like, and is never named by itself.
    """
    worst = by_route(facts)
    if deploys_are_told(facts) or facts.blind or worst is None or worst.excess_share < _ALONE:
        return []
    reasons = [
        reason(
            NAME, "one route broke", "strata", 2.0,
            f"{worst.value} has {worst.excess_share:.0%} of the harm, which a release of it brings",
            effect=worst.excess_share, query=shown("failures-by-route", facts.window),
        ),
        *hit_everywhere(NAME, facts, "on every server alike", "magnitude", alike=1.0, apart=-2.5),
        reason(
            NAME, "nobody would tell of a deploy", "coverage", 0.9,
            "no log of the applications or of their hosts is in the evidence",
        ),
    ]  # fmt: skip
    summary = f"{worst.value} got worse, and no log in the evidence would tell of a release"
    return [Finding(NAME, COMPONENT, None, summary, tuple(reasons))]


def _cured(facts: Facts, cure: Cure | None) -> list[Reason]:
    """It was over when the instances had started anew: with another release, or just again."""
    if cure is None:
        return []
    if not cure.worked:
        return [
            reason(
                NAME, "a release did not end it", "timing", -3.0,
                f"{cure.anew.bad} of {cure.anew.requests} requests to instances that had started"
                f" anew before the end went badly, with nothing in their queues:"
                f" {cure.first.message}",
                effect=cure.anew.rate, evidence=(cure.first.event_id,), query=shown("releases"),
            )
        ]  # fmt: skip
    return [
        reason(
            NAME, "a release ended it", "timing", 2.5 if cure.released else 1.0,
            f"{cure.instances} of {max(len(facts.instances), cure.instances)} instances started"
            f" around the end, first at {moment(cure.starts[0].ts)} UTC: {cure.first.message}",
            evidence=tuple(c.event_id for c in cure.starts[:3]), query=shown("releases"),
        )
    ]  # fmt: skip


def _throws(facts: Facts, thrown: Thrown) -> Reason:
    failed = int((facts.during & facts.badness.failed).sum())
    part = thrown.during / max(failed, 1)
    return reason(
        NAME, "its own code throws", "direct", 2.5 if part > _EXPLAINED else -2.5,
        f"{thrown.during} lines tell of {thrown.kind}, {failed} requests failed",
        effect=part, evidence=(thrown.event,) if thrown.event else (),
        query=shown("error-messages", facts.window),
    )  # fmt: skip


def _alike_instances(facts: Facts, thrown: Thrown | None) -> list[Reason]:
    held = hit_everywhere(NAME, facts, "every instance alike", "strata", alike=2.5, apart=-3.0)
    if thrown is None:
        return held
    failing = {i.name for i in facts.instances if i.failed_during > 0.05 * i.during}
    asked = {i.name for i in facts.instances if i.during >= _ENOUGH}
    # What a release throws it throws wherever it runs.
    few = len(thrown.instances) < 0.6 * len(asked)
    others = sorted((asked if few else failing) - thrown.instances)
    if not others or not thrown.instances:
        return held
    return [
        reason(
            NAME, "instances that fail without it", "strata", -3.0,
            f"{len(others)} instances that were asked or failed as well never throw it:"
            f" {', '.join(others[:3])}",
        )
    ]  # fmt: skip


def _every_route(facts: Facts, cure: Cure | None) -> list[Reason]:
    """One route's code may be as old as the service; what all routes share came with a release.

    One that another release mended came with the one before.
    """
    worst = by_route(facts)
    if worst is None or len(facts.traffic.routes) < 2:
        return []
    alone = worst.excess_share > 0.8 or worst.rate > 2.0 * worst.others_rate
    mended = cure is not None and cure.worked and cure.released
    return [
        reason(
            NAME, "whatever is asked for", "routes",
            1.5 if not alone else -0.5 if mended else -3.0,
            f"{worst.value} went badly in {worst.rate:.0%} of its requests, the other routes in"
            f" {worst.others_rate:.0%}",
            effect=worst.excess_share, query=shown("failures-by-route", facts.window),
        )
    ]  # fmt: skip


def _database_part(facts: Facts) -> list[Reason]:
    """How much of what requests took longer the applications spent in the database."""
    parts = [
        (i.database_during_s - i.database_before_s) / (i.median_during_s - i.median_before_s)
        for i in facts.instances
        if i.database_during_s is not None and i.database_before_s is not None
        and i.median_before_s and i.median_during_s
        and i.median_during_s > 2.0 * i.median_before_s
    ]  # fmt: skip
    if not parts:
        return []
    part = float(np.median(parts))
    return [
        reason(
            NAME, "the database's part of the time", "database",
            1.0 if part < 0.2 else -3.0 if part > 0.5 else 0.0,
            f"{part:.0%} of what requests took longer was spent in the database, by the"
            " applications' account",
            effect=part, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _deploy(facts: Facts, moves: list[Change]) -> Reason:
    instances = {c.target for c in moves}
    known = {i.name for i in facts.instances}
    whole = _whole(facts, moves)
    apart = min(abs(c.ts - facts.window.onset) for c in moves)
    close = apart <= max(10.0, 0.1 * facts.seconds_during) + facts.pace_s
    return reason(
        NAME, "a release at the onset", "direct", 3.0 if whole and close else 0.5,
        f"{len(instances)} of {max(len(known), len(instances))} instances started around the onset,"
        f" first at {moment(moves[0].ts)} UTC: {moves[0].message}",
        effect=apart, evidence=tuple(c.event_id for c in moves[:3]), query=shown("releases"),
    )  # fmt: skip


def _whole(facts: Facts, moves: Sequence[Change]) -> bool:
    """Whether most instances started on it, or a line that is none of theirs says so."""
    known = {i.name for i in facts.instances}
    started = {c.target for c in moves}
    everywhere = any(c.kind == "deploy" and c.target not in known for c in moves)
    return len(started) >= 0.6 * max(len(known), 1) or everywhere


def _alike(facts: Facts, held: Study, moves: Sequence[Change]) -> list[Reason]:
    """All instances alike, once all have it: where some don't yet, these are told apart."""
    apart = -3.0 if held.control is None else 0.0
    alike = 2.5 if _whole(facts, moves) else 0.5
    return hit_everywhere(NAME, facts, "every instance alike", "strata", alike=alike, apart=apart)


def _well_at_first(facts: Facts, held: Study, moves: Sequence[Change]) -> list[Reason]:
    """A release that served well until the service broke is not what broke it.

    Where the instances call well what the balancer gave up, the balancer's account is asked.
    """
    early, expected = Passed(held.released_early, held.released_early_bad), held.expected
    well, most = held.was_well, 3.0 if held.acquits else 1.0
    rate = float(facts.badness.bad[facts.during].mean())
    if held.rate < _HARDLY * rate:
        early = until_onset(facts, moves)
        expected = early.requests * rate
        well, most = early.bad < 0.15 * expected and expected >= _EXPECTED, 3.0
    if not well or expected < 1.0:
        return []
    return [
        reason(
            NAME, "the release had served well", "event study", -min(most, 0.5 * expected),
            f"{early.requests} requests on the release before the onset, of which"
            f" {early.bad} went badly, where {expected:.0f} would have as after it",
            effect=expected, query=shown("releases"),
        )
    ]  # fmt: skip


def _as_quick(held: Study) -> list[Reason]:
    """What only became slower fails nothing that could be counted: its times are asked."""
    if not held.unslowed:
        return []
    return [
        reason(
            NAME, "the release had been as quick as ever", "event study", -3.0,
            f"the route with the harm took as long as before the release on it, until the onset:"
            f" {np.exp(min(held.as_usual, 20.0)):.0f} times likelier than as long as after it",
            statistic=held.as_usual, query=shown("releases"),
        )
    ]  # fmt: skip


def _served_on(facts: Facts, held: Study) -> list[Reason]:
    """Instances that serve on the release what reaches them, while what goes badly never does.

    Their own account isn't enough: what dies or hangs in them has no line.
    """
    bad = facts.during & facts.badness.bad
    rate = float(facts.badness.bad[facts.during].mean())
    if held.released_late < _ENOUGH or held.rate > _HARDLY * rate or not bad.any():
        return []
    named = facts.traffic.named
    unreached = facts.traffic.turned_away | ~named[facts.traffic.first_server]
    if not facts.names_servers or float(unreached[bad].mean()) < _NEVER:
        return []
    return [
        reason(
            NAME, "instances serve well on it", "event study", -3.0,
            f"{held.released_late_bad} of {held.released_late} requests on the release went badly"
            f" by the instances' own account, and {rate:.0%} of all in the window, of which"
            f" {unreached[bad].mean():.0%} never reached a server",
            effect=held.rate - rate, query=shown("releases"),
        )
    ]  # fmt: skip


def _without_it(held: Study) -> list[Reason]:
    """Instances that didn't have the release yet are its control group."""
    if held.same_without > LIKELIER:
        return [
            reason(
                NAME, "the same without it", "event study", -held.same_without,
                "since the onset the route with the harm went as badly on instances that did not"
                f" have the release yet: {np.exp(min(held.same_without, 20.0)):.0f} times likelier"
                " than by its usual rate",
                statistic=held.same_without, query=shown("releases"),
            )
        ]  # fmt: skip
    rate = held.control
    if rate is None:
        return []
    spared = rate < 0.15 * held.rate and held.unreleased_late * held.rate >= _SPARED
    weight = -3.0 if rate > 0.5 * held.rate else 2.5 if spared else 0.0
    return [
        reason(
            NAME, "instances that did not have it yet", "event study", weight,
            f"{rate:.0%} of {held.unreleased_late} requests on instances without the release went"
            f" badly after the onset, {held.rate:.0%} with it",
            effect=rate - held.rate, query=shown("releases"),
        )
    ]  # fmt: skip


def _database(facts: Facts) -> list[Reason]:
    """A stopped database or a busy one would explain it without the release."""
    grave = facts.said("database-down", "no-connections", role="database")
    if not grave:
        return []
    return [
        reason(
            NAME, "the database was in trouble", "database", -3.0,
            f"{sum(w.during for w in grave)} lines of the database: {grave[0].message or ''}",
            evidence=tuple(w.event for w in grave[:2] if w.event),
        )
    ]  # fmt: skip


def _shares(facts: Facts) -> list[Reason]:
    told = [p.moved for p in facts.pools if p.moved is not None]
    if not told:
        return []
    moved = max(told)
    return [
        reason(
            NAME, "the balancer chose as before", "magnitude", 1.0 if moved < 0.05 else -1.0,
            f"at most {moved:.1%} of a pool's requests went to another server than before",
            effect=moved, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip
