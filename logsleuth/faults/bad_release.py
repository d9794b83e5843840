"""All instances regress together at a deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.rollout import nearest, study
from logsleuth.analyses.shown import moment, shown

if TYPE_CHECKING:
    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.rollout import Study
    from logsleuth.model import Component

COMPONENT: Final[Component] = "application"
NAME: Final = "bad-release"
LOOKALIKES: Final = ("bad-route", "outage", "slow-queries")


def examine(facts: Facts) -> list[Finding]:
    """Look for starts of instances or a deploy just before the onset."""
    rollout = nearest(facts)
    if rollout is None:
        return []
    moves, version = list(rollout.starts), rollout.version
    held = study(facts, rollout)
    worst = by_route(facts)
    reasons = [
        _deploy(facts, moves),
        *_alike(facts, held),
        *(_without_it(held) or _well_at_first(held)),
        *_database(facts),
        *_shares(facts),
    ]
    alone = worst is not None and worst.excess_share > 0.8 and worst.value
    target = version or (worst.value if alone and worst else moves[0].target) or None
    summary = f"the instances got worse together when {version or 'a release'} started" + (
        f": {worst.value}" if alone and worst else ""
    )
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _deploy(facts: Facts, moves: list[Change]) -> Reason:
    instances = {c.target for c in moves}
    known = {i.name for i in facts.instances}
    apart = min(abs(c.ts - facts.window.onset) for c in moves)
    whole = len(instances) >= 0.6 * max(len(known), 1) or any(c.kind == "deploy" for c in moves)
    close = apart <= max(10.0, 0.1 * facts.seconds_during)
    return reason(
        NAME, "a release at the onset", "direct", 3.0 if whole and close else 0.5,
        f"{len(instances)} of {max(len(known), len(instances))} instances started around the onset,"
        f" first at {moment(moves[0].ts)}: {moves[0].message}",
        effect=apart, evidence=tuple(c.event_id for c in moves[:3]), query=shown("releases"),
    )  # fmt: skip


def _alike(facts: Facts, held: Study) -> list[Reason]:
    """All instances alike, once all have it: where some don't yet, these are told apart."""
    apart = -3.0 if held.control is None else 0.0
    return hit_everywhere(NAME, facts, "every instance alike", "strata", alike=2.5, apart=apart)


def _well_at_first(held: Study) -> list[Reason]:
    """A release that served well until the service broke is not what broke it."""
    if not held.was_well or held.expected < 1.0:
        return []
    return [
        reason(
            NAME, "the release had served well", "event study", -min(3.0, 0.5 * held.expected),
            f"{held.released_early} requests on the release before the onset, of which"
            f" {held.released_early_bad} went badly, while {held.rate:.0%} did after it",
            effect=held.expected, query=shown("releases"),
        )
    ]  # fmt: skip


def _without_it(held: Study) -> list[Reason]:
    """Instances that didn't have the release yet are its control group."""
    rate = held.control
    if rate is None:
        return []
    weight = -3.0 if rate > 0.5 * held.rate else 2.5 if rate < 0.15 * held.rate else 0.0
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
    moved = max((p.moved or 0.0) for p in facts.pools) if facts.pools else 0.0
    return [
        reason(
            NAME, "the balancer chose as before", "magnitude", 1.0 if moved < 0.05 else -1.0,
            f"at most {moved:.1%} of a pool's requests went to another server than before",
            effect=moved, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip
