"""What somebody or something did: reloads, state changes of servers, deploys, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.case.store import Case

# Lines before one that has no time: enough of them have one.
_NEAR: Final = 8


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
    """List the changes in order of time; what repeats within two seconds is one change.

    A line without a time is as late as the requests that were logged before it.
    """
    kept: list[Change] = []
    last: dict[tuple[str, str], float] = {}
    rows = [*case.rows(sql("changes")), *case.rows(sql("untimed_changes"), {"near": _NEAR})]
    for change in sorted((Change(*row) for row in rows), key=lambda c: c.ts):
        key = (change.kind, change.target)
        if change.ts - last.get(key, float("-inf")) > 2.0:
            kept.append(change)
        last[key] = change.ts
    return tuple(kept)
