"""A real PostgreSQL in a folder of its own, with one of several log formats."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from tests.lab import clients
from tests.lab.schema import PostgresSchema
from tests.lab.tools import LabError, gently, program, root, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.plan import Plan

PREFIXES = {
    "stderr": "%m [%p] ",
    "stderr_long": "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "stderr_user": "%m [%p] %q%u@%d ",
    "stderr_epoch": "%n [%p] ",
    "csvlog": "%m [%p] ",
    "jsonlog": "%m [%p] ",
}
SUFFIXES = {"csvlog": "csv", "jsonlog": "json"}


class Postgres:
    """The database of a recording."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.data = folder / "data"
        self.address = plan.address(3, 5)
        self.schema = PostgresSchema(plan.theme, plan.item_rows, plan.archive_rows, plan.indexed)

    @property
    def logs(self) -> list[Path]:
        suffix = SUFFIXES.get(self.plan.db_layout, "log")
        return [self.folder / "log" / f"postgresql.{suffix}"]

    def dsn(self, user: str, application: str = "", address: str = "") -> str:
        """How to connect as somebody; PostgreSQL's library can't choose its own address."""
        name = f" application_name={application}" if application else ""
        return f"{self._server(self.plan.theme.database)} user={user}{name}"

    def _server(self, database: str) -> str:
        return f"host={self.address} port=5432 dbname={database}"

    async def create(self) -> None:
        """Make the cluster, start it and fill it."""
        self.folder.mkdir(parents=True)
        if root():
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        options = ["-A", "trust", "-U", "postgres", "--no-locale", "-E", "UTF8", "--no-sync"]
        await self._as_owner("initdb", *options, "-D", str(self.data))
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(self._settings())
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write("host all all 127.0.0.0/8 trust\n")
        await self.start()
        await self._fill()

    async def start(self) -> None:
        await self._control("start", "-l", str(self.folder / "start.log"))

    async def stop(self, mode: str = "fast") -> None:
        await self._control("stop", "-m", mode)

    async def execute(self, *statements: str) -> None:
        """Run statements as the administrator."""
        await self._as_postgres(self.plan.theme.database, *statements)

    async def _as_postgres(self, database: str, *statements: str) -> None:
        connection = await clients.connect(f"{self._server(database)} user=postgres")
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def admit(self, user: str, welcome: bool) -> None:
        """Let a user in or not; who is in already is thrown out."""
        hba = self.data / "pg_hba.conf"
        rule = f"host all {user} 127.0.0.0/8 reject\n"
        text = hba.read_text().removeprefix(rule)
        hba.write_text(text if welcome else rule + text)
        await self._control("reload")
        if not welcome:
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename ="
            await self.execute(f"{kill} '{user}'")

    async def _fill(self) -> None:
        theme = self.plan.theme
        roles = (f"CREATE ROLE {user} LOGIN" for user in (theme.service, "reporting"))
        await self._as_postgres("postgres", f"CREATE DATABASE {theme.database}", *roles)
        await self.execute(*self.schema.tables())
        grants = "GRANT ALL ON ALL {} IN SCHEMA public TO public"
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            await self.execute(grants.format(kind))
        await self.execute("CHECKPOINT")

    def _settings(self) -> str:
        layout = self.plan.db_layout
        destination = layout if layout in SUFFIXES else "stderr"
        return f"""
listen_addresses = '{self.address}'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 32MB
fsync = off
logging_collector = on
log_directory = '{self.folder}/log'
log_filename = 'postgresql.log'
log_destination = '{destination}'
log_line_prefix = '{PREFIXES[layout]}'
log_timezone = '{self.plan.zones["db"]}'
log_min_duration_statement = {self.plan.statement_ms}
log_lock_waits = on
deadlock_timeout = 1s
log_checkpoints = on
checkpoint_timeout = 30s
checkpoint_completion_target = 0.5
autovacuum_naptime = 20s
"""

    async def _control(self, *arguments: str) -> None:
        await self._as_owner("pg_ctl", "-D", str(self.data), "-w", "-t", "30", *arguments)

    async def _as_owner(self, name: str, *arguments: str) -> None:
        command = [*gently(self.plan), str(program(name)), *arguments]
        if root():
            command = [str(program("runuser")), "-u", "postgres", "--", *command]
        await run(*command)

    async def close(self) -> None:
        """Stop whatever still runs."""
        try:
            await self.stop("immediate")
        except LabError:
            return  # it was stopped by the fault
