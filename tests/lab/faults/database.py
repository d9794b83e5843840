"""The database is to blame: slow statements, or it isn't there."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab import schema
from tests.lab.action import Action, Scenario, Step, slowly
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
    nap = plan.rng.uniform(0.22, 0.35) if plan.weak else plan.rng.uniform(0.5, 1.9)
    way = plan.rng.choice(_slowdowns(plan.theme, nap))
    steps = 3 if plan.ramp_s else 1

    async def inject(lab: Lab) -> None:
        for step in range(1, steps + 1):
            if step > 1:
                await lab.postgres.execute(way.quick)
            stronger = _slowdowns(plan.theme, nap * step / steps)
            slow = next(other.slow for other in stronger if other.kind == way.kind)
            await lab.postgres.execute(slow)
            await asyncio.sleep(plan.ramp_s / steps)

    async def heal(lab: Lab) -> None:
        await lab.postgres.execute(way.quick)

    statement = plan.theme.statement(way.kind).replace(", %s", "").split("%s")[0].strip()
    notes = f"{way.notes}, {nap:.1f} s on average{slowly(plan)}"
    return Action(inject, heal, [way.object, statement], notes)


def _stopped(plan: Plan) -> tuple[Step, Step, str]:
    mode = plan.rng.choice(("fast", "immediate"))

    async def inject(lab: Lab) -> None:
        await lab.postgres.stop(mode)

    async def heal(lab: Lab) -> None:
        await lab.postgres.start()

    return inject, heal, f"stopped with mode {mode}"


def _restarted(plan: Plan) -> tuple[Step, Step, str]:
    """Stopped, too, but only for some seconds."""
    inject, heal, how = _stopped(plan)
    plan.end_s, plan.again = plan.onset_s + plan.rng.uniform(4, 9), None
    return inject, heal, f"a slow restart, {how}"


def _refused(_plan: Plan) -> tuple[Step, Step, str]:
    async def inject(lab: Lab) -> None:
        await lab.postgres.admit(lab.plan.theme.service, False)

    async def heal(lab: Lab) -> None:
        await lab.postgres.admit(lab.plan.theme.service, True)

    return inject, heal, "pg_hba.conf doesn't admit the application any more"


def _outage(plan: Plan, _spec: Spec) -> Action:
    ways = [_stopped, _stopped, _refused]
    if plan.onset_s + 12 < plan.seconds and not plan.cut_s:
        ways.append(_restarted)
    inject, heal, notes = plan.rng.choice(ways)(plan)
    address = plan.address(3, 5)
    targets = ["postgresql", "database", plan.theme.database, address, f"{address}:5432"]
    return Action(inject, heal, targets, notes)


def with_log(plan: Plan) -> None:
    """A guilty database mostly hands over its log, and logs what is slow."""
    rng = random.Random(f"database-log/{plan.seed}")
    if plan.database == "absent" and rng.random() < 0.5:
        plan.database = "calm"
    if plan.database == "absent":
        plan.without = plan.without.replace("application", "")
    plan.statement_ms = min(plan.statement_ms, 100 if plan.weak else 300)


SCENARIOS = {
    "slow-queries": Scenario("database", "slow-queries", _slow_queries, Terms(adjust=with_log)),
    "outage": Scenario("database", "outage", _outage, Terms(adjust=with_log)),
}
