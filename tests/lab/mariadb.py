"""A real MariaDB in a folder of its own, with an error log and mostly a slow query log."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.lab import clients
from tests.lab.mariaschema import MariaSchema
from tests.lab.tools import gently, program, root, run, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.plan import Plan

NAMES = (
    ("mariadb-error.log", "mariadb-slow.log"),
    ("mysqld.err", "mysqld-slow.log"),
    ("db-1.err", "slow-queries.log"),
)
VERBOSITY = ("", "", "query_plan", "query_plan,explain", "innodb", "full")


class MariaDb:
    """The database of a recording."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.address = plan.address(3, 5)
        self.schema = MariaSchema(plan.theme, plan.item_rows, plan.archive_rows, plan.indexed)
        self._data = folder / "var/lib/mysql"
        self._socket = folder / "run/mysqld/mysqld.sock"
        self._conf = folder / "my.cnf"
        self._process: subprocess.Popen[bytes] | None = None
        rng = random.Random(f"mariadb/{plan.seed}")
        self._slow = plan.statements_logged or rng.random() < 0.8
        error, slow = (folder / "var/log/mysql" / name for name in rng.choice(NAMES))
        self.logs = [error, slow] if self._slow else [error]
        self._settings = self._drawn(rng, error, slow)

    def _drawn(self, rng: random.Random, error: Path, slow: Path) -> dict[str, object]:
        """Settings that vary between machines; locks don't wait for ever where they matter."""
        guilty = self.plan.statements_logged
        usual_s = rng.choice((0.1, 0.25, 0.5, 1, 2))
        patient = () if guilty else (50,)
        return {
            "datadir": self._data,
            "socket": self._socket,
            "pid_file": self._socket.with_suffix(".pid"),
            "log_error": error,
            "slow_query_log": int(self._slow),
            "slow_query_log_file": slow,
            "long_query_time": self.plan.statement_ms / 1000 if guilty else usual_s,
            "log_slow_verbosity": rng.choice(VERBOSITY),
            "log_queries_not_using_indexes": int(rng.random() < 0.12),
            "min_examined_row_limit": rng.choice((0, 0, 0, 100)) if not guilty else 0,
            "log_warnings": rng.choice((1, 2, 2, 2, 4)),
            "innodb_print_all_deadlocks": int(rng.random() < 0.5),
            "innodb_lock_wait_timeout": rng.choice((2, 3, 5, *patient)),
            "lock_wait_timeout": rng.choice((3, 5, *patient)),
        }

    def _write_conf(self) -> None:
        fixed = {
            "bind_address": self.address,
            "port": 3306,
            "max_connections": 60,
            "character_set_server": "utf8mb4",
            "innodb_buffer_pool_size": "96M",
            "innodb_log_file_size": "32M",
            "innodb_flush_log_at_trx_commit": 0,
            "innodb_flush_method": "nosync",
        }
        lines = [
            f"{name}={value}\n" for name, value in (fixed | self._settings).items() if value != ""
        ]
        owner = "user=root\n" if root() else ""
        self._conf.write_text("[mariadbd]\nskip_name_resolve\n" + owner + "".join(lines))

    def dsn(self, user: str, application: str = "", address: str = "") -> str:
        """How to connect as somebody; from an address where it is given."""
        bind = f"?bind_address={address}" if address else ""
        return f"mysql://{user}@{self.address}:3306/{self.plan.theme.database}{bind}"

    def _root(self, database: str) -> str:
        return f"mysql://root@localhost/{database}?unix_socket={quote(str(self._socket), safe='')}"

    async def create(self) -> None:
        """Make the data folder, start the server and fill it."""
        for path in (self._data, self._socket.parent, self.logs[0].parent):
            path.mkdir(parents=True)
        self._write_conf()
        options = ["--skip-test-db", "--auth-root-authentication-method=normal"]
        await run(program("mariadb-install-db"), f"--defaults-file={self._conf}", *options)
        await self.start()
        theme = self.plan.theme
        await self._as_root("", f"CREATE DATABASE {theme.database}")
        for user in (theme.service, "reporting"):
            await self.execute(
                f"CREATE USER {user}@'%'", f"GRANT ALL ON {theme.database}.* TO {user}@'%'"
            )
        await self.execute(*self.schema.tables())

    async def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self._socket.unlink(missing_ok=True)  # one that was killed leaves it behind
        env = {**os.environ, "TZ": self.plan.zones["db"]}
        command = [*gently(self.plan), program("mariadbd"), f"--defaults-file={self._conf}"]
        with (self.folder / "start.log").open("ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command], env=env, stdout=output, stderr=output, cwd="/"
            )
        await until(self._ready, "MariaDB's start", 30)

    async def _ready(self) -> bool:
        if not self._socket.exists():
            return False
        try:
            await self._as_root("", "SELECT 1")
        except clients.ERRORS:
            return False
        return True

    async def stop(self, mode: str = "fast") -> None:
        """End it as an administrator would, or as the kernel does when memory is short."""
        if self._process is not None and self._process.poll() is None:
            if mode == "fast":
                self._process.terminate()
            else:
                self._process.kill()
            await asyncio.to_thread(self._process.wait)

    async def execute(self, *statements: str) -> None:
        await self._as_root(self.plan.theme.database, *statements)

    async def _as_root(self, database: str, *statements: str) -> None:
        connection = await clients.connect(self._root(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def admit(self, user: str, welcome: bool) -> None:
        """Let a user in or not, by a password that nobody told it; who is in is thrown out."""
        secret = "" if welcome else "rotated"
        await self.execute(f"ALTER USER {user}@'%' IDENTIFIED BY '{secret}'")
        if not welcome:
            await self.execute(f"KILL USER {user}@'%'")

    async def close(self) -> None:
        await self.stop("immediate")
