"""Statements that are slow because they have a lot to do: no index, or a table that grew."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.lab.action import Action, slowly

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan


@dataclass(frozen=True)
class Work:
    """A way to make one kind of statement read a whole table."""

    kind: str
    million_s: dict[str, float]  # for a million rows, measured on an ordinary core
    most: int  # rows, so that a recording doesn't take long to prepare
    notes: str


def _costs(postgresql: float, mariadb: float) -> dict[str, float]:
    return {"postgresql": postgresql, "mariadb": mariadb}


WORK: Final = {
    "view": Work("search", _costs(0.5, 1.0), 600_000, "a view that no index serves"),
    "index": Work("search", _costs(0.12, 0.18), 1_500_000, "a lost index"),
    "growth": Work("search", _costs(0.12, 0.18), 1_500_000, "an import, and no index"),
    "key": Work("read", _costs(0.1, 0.17), 1_200_000, "a lost primary key"),
    "check": Work("write", _costs(0.25, 0.3), 1_000_000, "a trigger that reads the archive"),
}


def _rows(plan: Plan, work: Work) -> int:
    """As many as take so much of a core at the rate of these statements.

    More than there is of it makes statements queue until the workers are all waiting for some.
    """
    cores = plan.rng.uniform(0.8, 1.2) if plan.weak else plan.rng.uniform(1.8, 3.2)
    routes = plan.theme.routes
    part = sum(r.weight for r in routes if r.statement == work.kind) / sum(r.weight for r in routes)
    rate = plan.rate * (1 - plan.side_share) * part
    return min(work.most, round(1e6 * cores / rate / work.million_s[plan.engine]))


def working(plan: Plan) -> Action:
    """One of the ways, with as many rows as it needs."""
    theme, way = plan.theme, plan.rng.choice(sorted(WORK))
    work = WORK[way]
    rows = _rows(plan, work)
    if way == "growth":
        return _growth(plan, rows)
    plan.ramp_s = 0.0
    if way == "check":
        plan.archive_rows = max(plan.archive_rows, rows)
    else:
        plan.item_rows = rows

    async def inject(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.slow(way, 0.0))

    async def heal(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.quick(way))

    tables = [theme.event, f"{theme.event}_archive"] if way == "check" else [theme.item]
    if work.kind == "search":
        tables.append(theme.overview)
    notes = f"{work.notes}: {work.kind} statements read {rows} rows"
    return Action(inject, heal, [*tables, statement(plan, work.kind)], notes)


def _growth(plan: Plan, rows: int) -> Action:
    """An import makes a table long whose searches never had an index, until they get one."""
    theme = plan.theme
    plan.indexed = False
    steps = 5 if plan.ramp_s else 2

    async def inject(lab: Lab) -> None:
        for step in range(steps):
            part = rows * step // steps, rows * (step + 1) // steps
            await lab.database.execute(*lab.database.schema.grow(*part))
            await asyncio.sleep(plan.ramp_s / steps)

    async def heal(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.quick("index"))

    notes = f"an import adds {rows} rows to {theme.item}, whose label has no index{slowly(plan)}"
    targets = [theme.item, theme.overview, statement(plan, "search")]
    return Action(inject, heal, targets, notes, repeatable=False)


def statement(plan: Plan, kind: str) -> str:
    """The beginning of a statement, up to its first argument."""
    return plan.theme.statement(kind).replace(", %s", "").split("%s")[0].strip()
