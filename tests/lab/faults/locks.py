"""The database is to blame: locks held too long, connections used up."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psycopg

from tests.lab.action import Action, Scenario, Step
from tests.lab.faults.database import with_log
from tests.lab.plan import Plan, Terms
from tests.lab.schema import counting

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.spec import Spec


async def _connect(lab: Lab, autocommit: bool) -> psycopg.AsyncConnection:
    dsn = lab.postgres.dsn("reporting", "bulk-import")
    return await psycopg.AsyncConnection.connect(dsn, autocommit=autocommit)


def _job(plan: Plan, statements: list[str], table: str, notes: str) -> Action:
    """A job takes locks and forgets to commit."""
    held: list[psycopg.AsyncConnection] = []

    async def inject(lab: Lab) -> None:
        connection = await _connect(lab, autocommit=False)
        for statement in statements:
            await connection.execute(statement.encode())
        held.append(connection)

    async def heal(_lab: Lab) -> None:
        await held.pop().close()

    return Action(inject, heal, [table, plan.theme.event], notes)


def _import(plan: Plan) -> Action:
    table = plan.theme.event
    lock = f"LOCK TABLE {table} IN SHARE MODE"
    return _job(plan, [lock], table, f"an import holds a lock on {table}")


def _migration(plan: Plan) -> Action:
    table = plan.rng.choice((plan.theme.event, plan.theme.item))
    lock = f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"
    return _job(plan, [lock], table, f"a migration locks {table} and stays idle in transaction")


def _rows(plan: Plan) -> Action:
    table = f"{plan.theme.event}_total"
    lock = f"UPDATE {table} SET number = 0"
    return _job(plan, [lock], table, f"a job holds the rows of {table}, idle in transaction")


def _deadlocks(plan: Plan) -> Action:
    """A new version of the trigger takes its rows in no order and takes its time."""
    theme = plan.theme

    async def inject(lab: Lab) -> None:
        await lab.postgres.execute(counting(theme, 0.3))

    async def heal(lab: Lab) -> None:
        await lab.postgres.execute(counting(theme))

    table = f"{theme.event}_total"
    notes = f"transactions take rows of {table} in no order: deadlocks"
    return Action(inject, heal, [table, theme.event], notes, also=["slow-queries"])


def _locked(plan: Plan, _spec: Spec) -> Action:
    return plan.rng.choice((_import, _migration, _rows, _rows, _deadlocks))(plan)


def _taken(_plan: Plan) -> tuple[Step, Step, str]:
    held: list[psycopg.AsyncConnection] = []

    async def inject(lab: Lab) -> None:
        """Another job takes every connection that is left to ordinary users."""
        with contextlib.suppress(psycopg.OperationalError):
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
    targets = ["postgresql", "database", plan.theme.database, plan.address(3, 5)]
    return Action(inject, heal, targets, notes)


def _not_persistent(plan: Plan) -> None:
    with_log(plan)
    plan.persistent = False


SCENARIOS = {
    "lock-contention": Scenario("database", "lock-contention", _locked, Terms(adjust=with_log)),
    "connection-exhaustion": Scenario(
        "database", "connection-exhaustion", _exhausted, Terms(adjust=_not_persistent)
    ),
}
