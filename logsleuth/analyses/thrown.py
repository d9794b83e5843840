"""What the applications' own code threw: exceptions that name no other component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts


@dataclass(frozen=True, slots=True)
class Thrown:
    """Exceptions of one kind in the window, by the instances that threw them."""

    kind: str
    before: int
    during: int
    instances: frozenset[str]
    event: str | None


def most_thrown(facts: Facts) -> Thrown | None:
    """The kind of exception that came most often, None where there is none.

    A timeout, a refused connection, a lost database or an exhausted resource is thrown by the
    application too, but tells of somebody else; such lines are left out.
    """
    rows = [row for row in facts.case.rows(sql("thrown"), facts.window.bounds) if row[3]]
    kinds = sorted({row[0] for row in rows})
    found = [_together(kind, [row for row in rows if row[0] == kind]) for kind in kinds]
    return max(found, key=lambda t: t.during, default=None)


def _together(kind: str, rows: list[tuple[str, str, int, int, str | None]]) -> Thrown:
    return Thrown(
        kind=kind,
        before=sum(row[2] for row in rows),
        during=sum(row[3] for row in rows),
        instances=frozenset(row[1] for row in rows if row[1]),
        event=rows[0][4],
    )
