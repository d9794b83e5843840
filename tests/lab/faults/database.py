"""The database is to blame: slow statements, or it isn't there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab import schema
from tests.lab.action import Action, Scenario
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.spec import Spec
    from tests.lab.themes import Theme


@dataclass(frozen=True)
class Slowdown:
    """A way to make one kind of statement slow, and to make it quick again."""

    object: str
    slow: str
    quick: str
    kind: str
    notes: str


def _slowdowns(theme: Theme, nap: float) -> list[Slowdown]:
    view = schema.slow_view(theme, nap), schema.quick_view(theme)
    insert = schema.slow_insert(theme, nap), schema.quick_insert(theme)
    read = schema.slow_read(theme, nap), schema.quick_read(theme)
    return [
        Slowdown(theme.overview, *view, "search", "the view that searches read got slow"),
        Slowdown(theme.event, *insert, "write", "a trigger makes inserts slow"),
        Slowdown(theme.item, *read, "read", "a row policy makes look-ups slow"),
    ]


def _slow_queries(plan: Plan, _spec: Spec) -> Action:
    nap = plan.rng.uniform(0.8, 1.9)
    way = plan.rng.choice(_slowdowns(plan.theme, nap))

    async def inject(lab: Lab) -> None:
        await lab.postgres.execute(way.slow)

    async def heal(lab: Lab) -> None:
        await lab.postgres.execute(way.quick)

    statement = plan.theme.statement(way.kind).replace(", %s", "").split("%s")[0].strip()
    notes = f"{way.notes}, {nap:.1f} s on average"
    return Action(inject, heal, [way.object, statement], notes, repeatable=False)


def _outage(plan: Plan, _spec: Spec) -> Action:
    mode = plan.rng.choice(("fast", "immediate"))

    async def inject(lab: Lab) -> None:
        await lab.postgres.stop(mode)

    async def heal(lab: Lab) -> None:
        await lab.postgres.start()

    address = plan.address(3, 5)
    targets = ["postgresql", "database", plan.theme.database, address, f"{address}:5432"]
    return Action(inject, heal, targets, f"stopped with mode {mode}")


def with_log(plan: Plan) -> None:
    """A guilty database hands over its log, and logs what is slow."""
    if plan.database == "absent":
        plan.database = "calm"
    plan.statement_ms = min(plan.statement_ms, 300)


SCENARIOS = {
    "slow-queries": Scenario("database", "slow-queries", _slow_queries, Terms(adjust=with_log)),
    "outage": Scenario("database", "outage", _outage, Terms(adjust=with_log)),
}
