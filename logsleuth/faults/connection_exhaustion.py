"""No connection to the database was to be had."""

from __future__ import annotations

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
NAME: Final = "connection-exhaustion"
LOOKALIKES: Final = ("outage", "slow-queries", "skewed-selection")


def examine(facts: Facts) -> list[Finding]:
    """Look for the limit in the words of the database, its pooler and the applications."""
    refused = facts.said("no-connections")
    if not refused:
        return []
    reasons = [
        _said(facts, refused),
        *_timing(facts, refused),
        *hit_everywhere(NAME, facts, "every server is hit", "strata", alike=1.5, apart=-2.5),
    ]
    name = f" ({facts.database.name})" if facts.database.name else ""
    target = facts.database.name or facts.database.product or "database"
    summary = f"the database{name} had no connection left to give"
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _said(facts: Facts, refused: tuple[Words, ...]) -> Reason:
    count = sum(w.during for w in refused)
    before = sum(w.before for w in refused) * facts.seconds_during / max(facts.seconds_before, 1e-3)
    own = any(w.role == "database" for w in refused)
    weight = (3.0 if own else 2.0) if count >= 3 and count > 4.0 * before else -1.0
    return reason(
        NAME, "the limit is reached", "direct", weight,
        f"{count} lines tell of it, {before:.1f} expected from before: {refused[0].message or ''}",
        effect=float(count), evidence=tuple(w.event for w in refused[:3] if w.event),
        query=shown("connection-errors", facts.window),
    )  # fmt: skip


def _timing(facts: Facts, refused: tuple[Words, ...]) -> list[Reason]:
    firsts = [w.first for w in refused if w.first is not None]
    if not firsts:
        return []
    apart = min(firsts) - facts.window.onset
    slack = max(4.0, 0.05 * facts.seconds_during)
    weight = 1.5 if apart <= slack else 0.0 if apart <= slack + SLACK_S else -2.5
    return [
        reason(
            NAME, "it came first", "timing", weight,
            f"the first such line is {apart:+.1f} s from the first bad request", statistic=apart,
            query=shown("connection-errors", facts.window),
        )
    ]  # fmt: skip
