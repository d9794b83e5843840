"""The database is to blame: slow statements, or it isn't there."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, Step, slowly
from tests.lab.faults.work import statement, working
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.spec import Spec


SLEEPS = {
    "search": "the view that searches read got slow",
    "write": "a trigger makes inserts slow",
    "read": "a row policy makes look-ups slow",
}


def _sleeping(plan: Plan) -> Action:
    """Statements sleep: nobody knows why."""
    theme = plan.theme
    nap = plan.rng.uniform(0.22, 0.35) if plan.weak else plan.rng.uniform(0.5, 1.9)
    kinds = sorted(SLEEPS if plan.engine == "postgresql" else SLEEPS.keys() - {"read"})
    kind = plan.rng.choice(kinds)
    blamed = {"search": theme.overview, "write": theme.event, "read": theme.item}[kind]
    steps = 3 if plan.ramp_s else 1
    notes = f"{SLEEPS[kind]}, {nap:.1f} s on average{slowly(plan)}"

    async def inject(lab: Lab) -> None:
        schema = lab.database.schema
        for step in range(1, steps + 1):
            if step > 1:
                await lab.database.execute(*schema.quick(kind))
            await lab.database.execute(*schema.slow(kind, nap * step / steps))
            await asyncio.sleep(plan.ramp_s / steps)

    async def heal(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.quick(kind))

    return Action(inject, heal, [blamed, statement(plan, kind)], notes)


def _slow_queries(plan: Plan, _spec: Spec) -> Action:
    return working(plan) if plan.hard else _sleeping(plan)


def _stopped(plan: Plan) -> tuple[Step, Step, str]:
    mode = plan.rng.choice(("fast", "immediate"))

    async def inject(lab: Lab) -> None:
        await lab.database.stop(mode)

    async def heal(lab: Lab) -> None:
        await lab.database.start()

    return inject, heal, f"stopped with mode {mode}"


def _restarted(plan: Plan) -> tuple[Step, Step, str]:
    """Stopped, too, but only for some seconds."""
    inject, heal, how = _stopped(plan)
    plan.end_s, plan.again = plan.onset_s + plan.rng.uniform(4, 9), None
    return inject, heal, f"a slow restart, {how}"


def _refused(_plan: Plan) -> tuple[Step, Step, str]:
    async def inject(lab: Lab) -> None:
        await lab.database.admit(lab.plan.theme.service, False)

    async def heal(lab: Lab) -> None:
        await lab.database.admit(lab.plan.theme.service, True)

    return inject, heal, "the database doesn't admit the application any more"


def _outage(plan: Plan, _spec: Spec) -> Action:
    ways = [_stopped, _stopped, _refused]
    if plan.onset_s + 12 < plan.seconds and not plan.cut_s:
        ways.append(_restarted)
    inject, heal, notes = plan.rng.choice(ways)(plan)
    return Action(inject, heal, server_names(plan), notes)


def server_names(plan: Plan) -> list[str]:
    """Every way to name the database as a whole."""
    address, theirs = plan.address(3, 5), ["postgresql"]
    if plan.engine == "mariadb":
        theirs = ["mariadb", "mysql"]
    port = 3306 if plan.engine == "mariadb" else 5432
    return [*theirs, "database", plan.theme.database, address, f"{address}:{port}"]


def with_log(plan: Plan) -> None:
    """A guilty database mostly hands over its log, and logs what is slow."""
    rng = random.Random(f"database-log/{plan.seed}")
    if plan.database == "absent" and rng.random() < 0.5:
        plan.database = "calm"
    if plan.database == "absent":
        plan.without = plan.without.replace("application", "")
    plan.statements_logged = True
    plan.statement_ms = min(plan.statement_ms, 100 if plan.weak else 300)


SCENARIOS = {
    "slow-queries": Scenario("database", "slow-queries", _slow_queries, Terms(adjust=with_log)),
    "outage": Scenario("database", "outage", _outage, Terms(adjust=with_log)),
}
