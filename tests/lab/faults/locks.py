"""The database is to blame: locks held too long, connections used up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab import clients
from tests.lab.action import Action, Scenario, Step
from tests.lab.faults.database import server_names, with_log
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.schema import Schema
    from tests.lab.spec import Spec

Lock = Callable[["Schema"], str]


async def _connect(lab: Lab, autocommit: bool) -> clients.Connection:
    return await clients.connect(lab.database.dsn("reporting", "bulk-import"), autocommit)


def _job(plan: Plan, lock: Lock, table: str, notes: str) -> Action:
    """A job takes locks and forgets to commit."""
    held: list[clients.Connection] = []

    async def inject(lab: Lab) -> None:
        connection = await _connect(lab, autocommit=False)
        await connection.execute(lock(lab.database.schema))
        held.append(connection)

    async def heal(_lab: Lab) -> None:
        await held.pop().close()

    return Action(inject, heal, [table, plan.theme.event], notes)


def _import(plan: Plan) -> Action:
    table = plan.theme.event
    notes = f"an import holds a lock on {table}"
    return _job(plan, lambda schema: schema.lock(table, exclusive=False), table, notes)


def _migration(plan: Plan) -> Action:
    table = plan.rng.choice((plan.theme.event, plan.theme.item))
    notes = f"a migration locks {table} and stays idle in transaction"
    return _job(plan, lambda schema: schema.lock(table, exclusive=True), table, notes)


def _rows(plan: Plan) -> Action:
    table = f"{plan.theme.event}_total"
    notes = f"a job holds the rows of {table}, idle in transaction"
    return _job(plan, lambda _schema: f"UPDATE {table} SET number = 0", table, notes)


def _queued(plan: Plan) -> Action:
    """A change of a table waits for a forgotten transaction, and everybody waits behind it."""
    table = plan.rng.choice((plan.theme.event, plan.theme.item))
    held: list[clients.Connection] = []
    change: list[asyncio.Task[None]] = []

    async def alter(lab: Lab) -> None:
        with contextlib.suppress(*clients.ERRORS):  # it gives up where waiting is limited
            await lab.database.execute(
                *lab.database.schema.patient(),
                f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS remark varchar(80)",
            )

    async def inject(lab: Lab) -> None:
        connection = await _connect(lab, autocommit=False)
        await connection.execute(f"SELECT id FROM {table} LIMIT 1")
        held.append(connection)
        change.append(asyncio.create_task(alter(lab)))

    async def heal(_lab: Lab) -> None:
        await held.pop().close()
        await change.pop()

    notes = f"ALTER TABLE {table} waits for a session that is idle in transaction"
    return Action(inject, heal, [table, plan.theme.event], notes)


def _deadlocks(plan: Plan) -> Action:
    """A new version of the trigger takes its rows in no order and takes its time."""
    theme = plan.theme

    async def inject(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.counting(0.3))

    async def heal(lab: Lab) -> None:
        await lab.database.execute(*lab.database.schema.counting())

    table = f"{theme.event}_total"
    notes = f"transactions take rows of {table} in no order: deadlocks"
    return Action(inject, heal, [table, theme.event], notes, also=["slow-queries"])


def _locked(plan: Plan, _spec: Spec) -> Action:
    ways = (_import, _migration, _queued, _rows, _rows, _deadlocks)
    return plan.rng.choice(ways)(plan)


def _taken(_plan: Plan) -> tuple[Step, Step, str]:
    held: list[clients.Connection] = []

    async def inject(lab: Lab) -> None:
        """Another job takes every connection that is left to ordinary users."""
        with contextlib.suppress(*clients.LOST):
            while True:
                held.append(await _connect(lab, autocommit=True))

    async def heal(_lab: Lab) -> None:
        while held:
            await held.pop().close()

    return inject, heal, "another job takes all connections"


def _leak(plan: Plan) -> tuple[Step, Step, str]:
    chance = round(plan.rng.uniform(0.1, 0.4), 2)

    async def order(lab: Lab, **trouble: object) -> None:
        for server in lab.spec.main.servers:
            lab.apps[server.name].tell(**trouble)

    async def inject(lab: Lab) -> None:
        await order(lab, leak=chance)

    async def heal(lab: Lab) -> None:
        await order(lab)

    return inject, heal, f"the application forgets {chance:.0%} of its connections"


def _exhausted(plan: Plan, _spec: Spec) -> Action:
    inject, heal, notes = plan.rng.choice((_taken, _taken, _leak))(plan)
    return Action(inject, heal, server_names(plan), notes)


def _not_persistent(plan: Plan) -> None:
    with_log(plan)
    plan.persistent = False


SCENARIOS = {
    "lock-contention": Scenario("database", "lock-contention", _locked, Terms(adjust=with_log)),
    "connection-exhaustion": Scenario(
        "database", "connection-exhaustion", _exhausted, Terms(adjust=_not_persistent)
    ),
}
