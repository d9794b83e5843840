"""Connections to either database, with the same words for both."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

import psycopg
import pymysql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pymysql.connections import Connection as MySql

ERRORS: Final = (psycopg.Error, pymysql.MySQLError)
LOST: Final = (psycopg.OperationalError, pymysql.OperationalError, pymysql.InterfaceError)
CONNECT_S: Final = 3
T = TypeVar("T")
_THREADS: Final = ThreadPoolExecutor(96, "sql")  # more than any database here admits


class Connection(Protocol):
    """What the lab and its application want of a connection."""

    async def execute(self, sql: str, arguments: Sequence[object] = ()) -> list[Any]: ...
    async def rollback(self) -> None: ...
    async def close(self) -> None: ...


class _Postgres:
    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, sql: str, arguments: Sequence[object] = ()) -> list[Any]:
        cursor = await self._connection.execute(sql.encode(), arguments or None)
        return await cursor.fetchall() if cursor.description else []

    async def rollback(self) -> None:
        await self._connection.rollback()

    async def close(self) -> None:
        await self._connection.close()


class _MySql:
    """PyMySQL waits for its answers, so each call has a thread of its own."""

    def __init__(self, connection: MySql[Any]) -> None:
        self._connection = connection

    async def execute(self, sql: str, arguments: Sequence[object] = ()) -> list[Any]:
        return await _apart(self._execute, sql, arguments)

    def _execute(self, sql: str, arguments: Sequence[object]) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, arguments or None)
            return list(cursor.fetchall())

    async def rollback(self) -> None:
        await _apart(self._connection.rollback)

    async def close(self) -> None:
        if self._connection.open:
            await _apart(self._connection.close)


async def _apart(call: Callable[..., T], *arguments: object, **names: object) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, functools.partial(call, *arguments, **names))


async def connect(dsn: str, autocommit: bool = True) -> Connection:
    """Connect by libpq's key=value pairs, or by `mysql://USER@HOST:PORT/DATABASE?OPTION=VALUE`."""
    if not dsn.startswith("mysql:"):
        return _Postgres(
            await psycopg.AsyncConnection.connect(
                dsn, autocommit=autocommit, connect_timeout=CONNECT_S
            )
        )
    url = urlsplit(dsn)
    options: dict[str, object] = {name: values[0] for name, values in parse_qs(url.query).items()}
    connection = await _apart(
        pymysql.connect,
        host=url.hostname,
        port=url.port or 3306,
        user=url.username,
        database=url.path.strip("/") or None,
        autocommit=autocommit,
        connect_timeout=CONNECT_S,
        ssl_disabled=True,  # reading the certificates costs more than a request may
        **options,
    )
    return _MySql(connection)
