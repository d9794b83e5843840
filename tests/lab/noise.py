"""Other jobs on the database: slow reports, deadlocks, checkpoints; none of them to blame."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.lab.plan import Plan
    from tests.lab.postgres import Postgres


class Noise:
    """Runs the jobs of a noisy database until it is cancelled."""

    def __init__(self, plan: Plan, postgres: Postgres) -> None:
        self.postgres = postgres
        self.theme = plan.theme
        # its own randomness: how long a statement takes must not change what the load does
        self.rng = random.Random(f"noise/{plan.seed}")
        self.every_s = self.rng.uniform(2, 6)
        self.deadlocks = self.rng.random() < 0.4

    async def run(self) -> None:
        jobs = [self._forever(self._report, self.every_s)]
        if self.deadlocks:
            jobs.append(self._forever(self._deadlock, 17))
        await asyncio.gather(*jobs)

    async def _forever(self, job: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s * self.rng.uniform(0.5, 1.5))
            try:
                await job()
            except psycopg.Error:
                await asyncio.sleep(1)  # the database may be down on purpose

    async def _connect(self, autocommit: bool) -> psycopg.AsyncConnection:
        dsn = self.postgres.dsn("reporting", "monthly-report")
        return await psycopg.AsyncConnection.connect(dsn, autocommit=autocommit)

    async def _report(self) -> None:
        day = f"2026-{self.rng.randrange(1, 10):02d}-01"
        async with await self._connect(autocommit=True) as connection:
            await connection.execute(f"SELECT * FROM {self.theme.summary}('{day}')".encode())

    async def _deadlock(self) -> None:
        """Two transactions take the same two rows in opposite orders."""
        async with await self._connect(False) as one, await self._connect(False) as two:
            await self._take(one, 1)
            await self._take(two, 2)
            both = (self._take(one, 2), self._take(two, 1))
            await asyncio.gather(*both, return_exceptions=True)
            await one.rollback()
            await two.rollback()

    async def _take(self, connection: psycopg.AsyncConnection, row: int) -> None:
        sql = "UPDATE job_state SET holder = 'nightly' WHERE id = %s"
        await connection.execute(sql, (row,))
