"""An instance of the application: limited workers, a queue, and a database behind it."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import clients
from tests.lab.appconfig import AppConfig, AppRoute, load_config
from tests.lab.applog import Entry, Log
from tests.lab.apppool import ConnectionPool, PoolTimeoutError
from tests.lab.http1 import Request, read_request, response
from tests.lab.mishaps import MISHAPS
from tests.lab.themes import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

ITEMS = 3000
DEAR = 12  # so many times the usual work is a request for everything


@dataclass
class Trouble:
    """What is wrong with this instance at the moment; all of it can be ordered at run time."""

    slow: float = 1.0
    fail: float = 0.0
    error: str = "files"
    stall_s: float = 0.0
    route: str = ""
    method: str = ""
    health: float = 0.0  # how often a health check fails
    leak: float = 0.0  # how often a database connection isn't given back

    def on(self, route: AppRoute) -> bool:
        return self.route in ("", route.template) and self.method in ("", route.method)


@dataclass
class Outcome:
    """How a request ended, and where its time went."""

    status: int = 200
    size: int = 0
    waited_s: float = 0.0
    database_s: float = 0.0
    dropped: bool = False
    notes: list[Entry] = field(default_factory=list)


class Instance:
    """Serves requests until its standard input ends, which also brings orders."""

    def __init__(self, config: AppConfig) -> None:
        self.config = config
        self.log = Log(Path(config.log), config.style, config.skew_s)
        self.received = Path(config.received).open("a", buffering=1)  # noqa: SIM115 -- as long as it lives
        self.rng = random.Random(config.seed)
        self.trouble = Trouble()
        self.workers = asyncio.Semaphore(config.workers)
        self.waiting = 0
        self.database = ConnectionPool(config.dsn, config.pool_size, config.persistent)
        self.patterns = [(_pattern(route.template), route) for route in config.routes]

    def entry(self, level: str, message: str, request: Request | None = None) -> Entry:
        rid = ""
        if request is not None and self.config.ids:
            rid = request.headers.get("x-request-id", "")
        config = self.config
        said = Entry(self.log.now(), level, config.service, config.name, message, rid=rid)
        said.coarse = config.coarse
        return said

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while (request := await read_request(reader)) is not None:
                outcome = await self.serve(request, reader.at_eof)
                if outcome.dropped:
                    break
                writer.write(response(outcome.status, outcome.size, self.config.name))
                await writer.drain()
                if not request.keep_alive:
                    break
        except ConnectionError:
            pass  # the balancer gave up on us, as it does when it times out
        finally:
            writer.close()

    async def serve(self, request: Request, gone: Callable[[], bool]) -> Outcome:
        """Answer a request and log it."""
        start = self.log.now()
        if request.path in self.config.health:
            return await self.health()
        self.received.write(f"{time.time():.3f}\n")
        outcome = await self.queued(request, gone)
        if not outcome.dropped:
            level = "error" if outcome.status >= 500 else "info"
            done = self.entry(level, "request finished", request)
            done.method, done.path, done.status = request.method, request.path, outcome.status
            done.seconds, done.waited_s = done.at - start, outcome.waited_s
            done.database_s = outcome.database_s
            done.client = request.headers.get("x-forwarded-for", "-").split(",")[-1].strip()
            self.log.write(done)
        return outcome

    async def health(self) -> Outcome:
        """Whether this instance can work; it needs no worker."""
        if self.rng.random() < self.trouble.health:
            return Outcome(503, 12)
        if self.config.health_db:
            try:
                async with self.database.connection() as connection:
                    await connection.execute("SELECT 1")
            except (*clients.ERRORS, PoolTimeoutError):
                return Outcome(503, 12)
        return Outcome(200, 2)

    async def queued(self, request: Request, gone: Callable[[], bool]) -> Outcome:
        """Wait for a worker and let it do the request, unless too many wait already."""
        if self.waiting >= self.config.queue_max:
            return self.turned_away(request)
        start = self.log.now()
        self.waiting += 1
        try:
            await self.workers.acquire()
        finally:
            self.waiting -= 1
        waited = self.log.now() - start
        try:
            if self.config.attentive and gone():
                return self.gave_up(request, waited)
            outcome = await self.worked(request)
        finally:
            self.workers.release()
        outcome.waited_s = waited
        return outcome

    def turned_away(self, request: Request) -> Outcome:
        drop = self.config.hurried and self.rng.random() < 0.6
        verb = "dropping connection of" if drop else "turning away"
        message = f"all workers busy, backlog at {self.waiting}: {verb} {request.path}"
        self.log.write(self.entry("warning", message, request))
        return Outcome(503, 41, dropped=drop)

    def gave_up(self, request: Request, waited: float) -> Outcome:
        message = f"client closed {request.path} after {waited:.1f} s in the queue"
        self.log.write(self.entry("warning", message, request))
        return Outcome(503, dropped=True)

    async def worked(self, request: Request) -> Outcome:
        route = self.route(request)
        if route is None:
            await asyncio.sleep(0.002)
            return Outcome(404, 29)
        try:
            return await self.handle(route, request)
        except Exception as error:  # noqa: BLE001 -- what an HTTP framework does
            entry = self.entry("error", f"unhandled exception in {request.path}", request)
            entry.error = error
            self.log.write(entry)
            return Outcome(500, 63)

    def route(self, request: Request) -> AppRoute | None:
        path = request.path.split("?")[0]
        for pattern, route in self.patterns:
            if route.method == request.method and pattern.fullmatch(path):
                return route
        return None

    async def handle(self, route: AppRoute, request: Request) -> Outcome:
        """The work itself: a statement, some computing, and whatever is wrong just now."""
        outcome = Outcome(201 if request.method == "POST" else 200)
        outcome.size = int(self.rng.lognormvariate(7, 0.6))
        trouble = self.trouble if self.trouble.on(route) else Trouble()
        if self.rng.random() < self.config.background:
            MISHAPS["cache"](request.path)
        if route.sql is not None:
            start = self.log.now()
            if not await self.statement(route, request):
                outcome.status, outcome.size = 404, 29
            outcome.database_s = self.log.now() - start
        busy = self.rng.lognormvariate(-0.06, 0.35) * route.seconds * trouble.slow
        if "export=all" in request.path:
            busy *= DEAR
        if self.rng.random() < trouble.fail:
            await asyncio.sleep(busy * 0.3)
            MISHAPS[trouble.error](request.path)
        await asyncio.sleep(busy / self.config.speed + trouble.stall_s)
        return outcome

    async def statement(self, route: AppRoute, request: Request) -> bool:
        """Run the route's statement; false where there is no such row."""
        sql = route.sql or ""
        if self.config.sql_comment:
            sql += f" /* rid={request.headers.get('x-request-id', '-')} */"
        async with self.database.connection() as connection:
            rows = await connection.execute(sql, self.arguments(sql, request.path))
        return bool(rows) or "WHERE id =" not in sql

    def arguments(self, sql: str, path: str) -> tuple[object, ...]:
        found = re.search(r"/(-?\d+)", path)
        number = int(found[1]) if found else self.rng.randrange(1, ITEMS)
        if sql.startswith("INSERT"):
            return (number, self.rng.choice(WORDS))
        if "LIKE" in sql:
            return (f"{path.rsplit('=', 1)[-1]}%",)
        return (number,) if "%s" in sql else ()

    def order(self, line: bytes) -> None:
        """Do as the lab says, one JSON object a line."""
        order = json.loads(line)
        notice = order.pop("notice", "")
        if notice:
            self.log.write(self.entry("info", notice))
        if order or not notice:
            self.trouble = Trouble(**order)
            self.database.set_leak(self.trouble.leak)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(template.split("?")[0])))


async def _orders(instance: Instance) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        instance.order(line)


async def run(path: Path) -> None:
    """Serve until standard input ends."""
    config = load_config(path)
    instance = Instance(config)
    server = await asyncio.start_server(
        instance.connection, config.address, config.port, backlog=256
    )
    async with server:
        instance.log.write(instance.entry("info", f"listening, version {config.version}"))
        await _orders(instance)
