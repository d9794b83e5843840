"""Other jobs on the database: slow reports, deadlocks, lost connections; none of them to blame."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from tests.lab import clients

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.lab.database import Database
    from tests.lab.plan import Plan


class Noise:
    """Runs the jobs of a noisy database until it is cancelled."""

    def __init__(self, plan: Plan, database: Database) -> None:
        self.database = database
        self.hard = plan.hard
        # its own randomness: how long a statement takes must not change what the load does
        self.rng = random.Random(f"noise/{plan.seed}")
        self.every_s = self.rng.uniform(2, 6)
        self.deadlocks = self.rng.random() < 0.4
        self.careless = self.rng.random() < 0.4

    async def run(self) -> None:
        jobs = [self._forever(self._report, self.every_s)]
        if self.deadlocks:
            jobs.append(self._forever(self._deadlock, 17))
        if self.careless:
            jobs.append(self._forever(self._stranger, 11))
        await asyncio.gather(*jobs)

    async def _forever(self, job: Callable[[], Awaitable[None]], every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s * self.rng.uniform(0.5, 1.5))
            try:
                await job()
            except clients.ERRORS:
                await asyncio.sleep(1)  # the database may be down on purpose

    async def _connect(self, autocommit: bool) -> clients.Connection:
        dsn = self.database.dsn("reporting", "monthly-report")
        return await clients.connect(dsn, autocommit=autocommit)

    async def _report(self) -> None:
        day = f"2026-{self.rng.randrange(1, 10):02d}-01"
        connection = await self._connect(autocommit=True)
        try:
            await connection.execute(self.database.schema.report(day, self.hard))
        finally:
            await connection.close()

    async def _stranger(self) -> None:
        """A check by a user that doesn't exist here."""
        await clients.connect(self.database.dsn("monitor", "monitor"))

    async def _deadlock(self) -> None:
        """Two transactions take the same two rows in opposite orders."""
        pair = [await self._connect(autocommit=False) for _ in range(2)]
        try:
            for row, connection in enumerate(pair, 1):
                await self._take(connection, row)
            both = (self._take(pair[0], 2), self._take(pair[1], 1))
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            for connection in pair:
                await connection.close()

    async def _take(self, connection: clients.Connection, row: int) -> None:
        sql = "UPDATE job_state SET holder = 'nightly' WHERE id = %s"
        await connection.execute(sql, (row,))
