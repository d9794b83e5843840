"""What somebody or something did: reloads, state changes of servers, deploys, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.case.store import Case


@dataclass(frozen=True, slots=True)
class Change:
    """One change as a log tells it; `ts` in seconds since 1970."""

    event_id: str
    ts: float
    role: str
    kind: str
    target: str
    pool: str
    message: str


def read(case: Case) -> tuple[Change, ...]:
    """List the changes in order of time; what repeats within two seconds is one change."""
    kept: list[Change] = []
    last: dict[tuple[str, str], float] = {}
    for row in case.rows(sql("changes")):
        change = Change(*row)
        key = (change.kind, change.target)
        if change.ts - last.get(key, float("-inf")) > 2.0:
            kept.append(change)
        last[key] = change.ts
    return tuple(kept)
