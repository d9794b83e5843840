"""All instances regress together at a deploy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.shown import moment, shown

if TYPE_CHECKING:
    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "application"
NAME: Final = "bad-release"
LOOKALIKES: Final = ("bad-route", "outage", "slow-queries")

_VERSION: Final = re.compile(r"\bv?(\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?)\b")
# Instances of one deploy start one after the other, but not for ever.
_BEFORE_S: Final = 60.0


def examine(facts: Facts) -> list[Finding]:
    """Look for starts of instances or a deploy just before the onset."""
    moves = [
        c for c in facts.changed("deploy", "start", within=_BEFORE_S)
        if c.ts <= facts.window.latest + 5.0
    ]  # fmt: skip
    if not moves:
        return []
    worst = by_route(facts)
    reasons = [
        _deploy(facts, moves),
        *hit_everywhere(NAME, facts, "every instance alike", "strata", alike=2.5, apart=-3.0),
        *_database(facts),
        *_shares(facts),
    ]
    alone = worst is not None and worst.excess_share > 0.8 and worst.value
    version = next((m[1] for m in (_VERSION.search(c.message) for c in moves) if m), None)
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
