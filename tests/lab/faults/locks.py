"""The database is to blame: locks held too long, connections used up."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psycopg

from tests.lab.action import Action, Scenario
from tests.lab.faults.database import with_log
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.spec import Spec


async def _connect(lab: Lab, autocommit: bool) -> psycopg.AsyncConnection:
    dsn = lab.postgres.dsn("reporting", "bulk-import")
    return await psycopg.AsyncConnection.connect(dsn, autocommit=autocommit)


def _locked(plan: Plan, _spec: Spec) -> Action:
    held: list[psycopg.AsyncConnection] = []
    table = plan.theme.event

    async def inject(lab: Lab) -> None:
        connection = await _connect(lab, autocommit=False)
        await connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        held.append(connection)

    async def heal(_lab: Lab) -> None:
        await held.pop().close()

    return Action(inject, heal, [table], f"an import holds a lock on {table}")


def _exhausted(plan: Plan, _spec: Spec) -> Action:
    held: list[psycopg.AsyncConnection] = []

    async def inject(lab: Lab) -> None:
        """Another job takes every connection that is left to ordinary users."""
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                held.append(await _connect(lab, autocommit=True))

    async def heal(_lab: Lab) -> None:
        while held:
            await held.pop().close()

    targets = ["postgresql", "database", plan.theme.database, plan.address(3, 5)]
    return Action(inject, heal, targets, "another job takes all connections")


def _not_persistent(plan: Plan) -> None:
    with_log(plan)
    plan.persistent = False


SCENARIOS = {
    "lock-contention": Scenario("database", "lock-contention", _locked, Terms(adjust=with_log)),
    "connection-exhaustion": Scenario(
        "database", "connection-exhaustion", _exhausted, Terms(adjust=_not_persistent)
    ),
}
