"""What a recording needs of its database, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tests.lab.mariadb import MariaDb
from tests.lab.postgres import Postgres

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.plan import Plan
    from tests.lab.schema import Schema


class Database(Protocol):
    """A server with a schema, its logs, and the ways to hurt it."""

    folder: Path

    @property
    def schema(self) -> Schema: ...
    @property
    def logs(self) -> list[Path]: ...
    def dsn(self, user: str, application: str = "", address: str = "") -> str: ...
    async def create(self) -> None: ...
    async def start(self) -> None: ...
    async def stop(self, mode: str = "fast") -> None: ...
    async def execute(self, *statements: str) -> None: ...
    async def admit(self, user: str, welcome: bool) -> None: ...
    async def close(self) -> None: ...


def make_database(plan: Plan, folder: Path) -> Database:
    """The database that a plan asks for."""
    if plan.engine == "mariadb":
        return MariaDb(plan, folder / "mariadb")
    return Postgres(plan, folder / "postgresql")
