"""Statements that MySQL or MariaDB ended because they had waited too long for a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# A time-out fires within milliseconds of a second; one slow statement in fifty does by chance.
_SPREAD_S: Final = 0.02
_FEW: Final = 8
_MOSTLY: Final = 0.6


@dataclass(frozen=True, slots=True)
class LockTimeouts:
    """Statements that were ended after `limit_s`, of all slow ones that change data."""

    count: int
    limit_s: int
    slow: int
    first: float
    """When the first of them began, seconds since 1970."""
    events: tuple[str, ...]


def lock_timeouts(facts: Facts) -> LockTimeouts | None:
    """Find statements that took one whole number of seconds; None where they aren't most."""
    period = {
        "onset": facts.window.onset, "stop": facts.window.stop, "slack": SLACK_S,
        "spread_s": _SPREAD_S,
    }  # fmt: skip
    rows = facts.case.rows(sql("lock_timeouts"), period)
    if not rows or rows[0][0] < max(_FEW, _MOSTLY * rows[0][2]):
        return None
    count, limit, slow, first, events = rows[0]
    return LockTimeouts(count, limit, slow, first, tuple(events))
