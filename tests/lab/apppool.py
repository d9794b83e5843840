"""A small pool of database connections, as an application would have it."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.lab import clients

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class PoolTimeoutError(Exception):
    """No connection became free in time."""


class ConnectionPool:
    """Up to `size` connections, kept open or made anew for each use."""

    def __init__(self, dsn: str, size: int, persistent: bool, patience_s: float = 5.0) -> None:
        self._dsn = dsn
        self._slots = asyncio.Semaphore(size)
        self._idle: list[clients.Connection] = []
        self._persistent = persistent
        self._patience_s = patience_s
        self._size = size
        self._leak = 0.0
        self._lost: list[clients.Connection] = []

    def set_leak(self, chance: float) -> None:
        """Lose connections from now on, or find those that were lost."""
        self._leak = chance
        if not chance:
            self._idle += self._lost if self._persistent else []
            self._lost.clear()

    async def _take(self) -> None:
        try:
            await asyncio.wait_for(self._slots.acquire(), self._patience_s)
        except TimeoutError as error:
            message = f"no free connection among {self._size} after {self._patience_s:.0f} s"
            raise PoolTimeoutError(message) from error

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[clients.Connection]:
        """Lend a connection; one that broke is thrown away."""
        await self._take()
        try:
            connection = self._idle.pop() if self._idle else await self._connect()
            try:
                yield connection
            except clients.LOST:
                await connection.close()
                raise
            await self._give_back(connection)
        finally:
            self._slots.release()

    async def _connect(self) -> clients.Connection:
        return await clients.connect(self._dsn)

    async def _give_back(self, connection: clients.Connection) -> None:
        if self._leak and random.random() < self._leak:
            self._lost.append(connection)
        elif self._persistent:
            self._idle.append(connection)
        else:
            await connection.close()
