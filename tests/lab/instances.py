"""Starts the application's processes and gives them orders."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.appconfig import AppConfig, AppRoute
from tests.lab.tools import listens, until

if TYPE_CHECKING:
    from tests.lab.database import Database
    from tests.lab.plan import Plan
    from tests.lab.spec import Pool, Server, Spec

ROOT = Path(__file__).parents[2]
SUFFIXES = {"ecs": "json", "json": "jsonl", "pino": "ndjson"}


class Process:
    """One running instance."""

    def __init__(self, config: AppConfig, folder: Path, zone: str) -> None:
        self.config = config
        self.folder = folder
        self.zone = zone
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        path = self.folder / f"{self.config.name}.config.json"
        self.config.save(path)
        with (self.folder / f"{self.config.name}.out").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.lab", "app", str(path)],
                cwd=ROOT,
                env={**os.environ, "TZ": self.zone},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        await until(self.ready, f"the start of {self.config.name}")

    async def ready(self) -> bool:
        return await listens(self.config.address, self.config.port)

    def received(self, start: float, end: float) -> int:
        """How many requests came to it between two moments, whatever it made of them."""
        moments = map(float, Path(self.config.received).read_text().split())
        return sum(start < moment < end for moment in moments)

    def tell(self, **order: object) -> None:
        """Set what is wrong with it; nothing means that all is well."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    async def stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.kill()
            self._process.stdin.close()
            await asyncio.to_thread(self._process.wait)


def _routes(plan: Plan, pool: Pool, spec: Spec) -> list[AppRoute]:
    theme = plan.theme
    routes = theme.routes if pool is spec.main else theme.side_routes
    return [
        AppRoute(
            route.method,
            route.template,
            route.cost * plan.unit_s,
            None if route.statement == "none" else theme.statement(route.statement),
        )
        for route in routes
    ]


def _config(plan: Plan, spec: Spec, pool: Pool, server: Server, paths: AppPaths) -> AppConfig:
    main = pool is spec.main
    index = pool.servers.index(server)
    theme = plan.theme
    return AppConfig(
        name=server.name,
        service=theme.service if main else pool.name,
        address=server.address,
        port=server.port,
        routes=_routes(plan, pool, spec),
        workers=plan.workers,
        queue_max=plan.queue_max,
        hurried=plan.hurried,
        attentive=plan.attentive,
        dsn=paths.database.dsn(theme.service, server.name, server.address),
        pool_size=plan.workers + 1,
        persistent=plan.persistent,
        log=str(paths.log(server, plan.app_style)),
        received=str(paths.folder / f"{server.name}.received"),
        style=plan.app_style,
        skew_s=plan.skew_s.get("app", 0.0),
        coarse=plan.coarse,
        ids=plan.ids,
        sql_comment=plan.sql_comment,
        health=[pool.check_path, *plan.extra_health.get(server.name, [])],
        health_db=plan.health_db and main,
        background=plan.background if main else 0.0,
        version=plan.version,
        speed=plan.speeds[index] if main and index < len(plan.speeds) else 1.0,
        seed=f"{plan.seed}/{server.name}",
    )


class AppPaths:
    """Where the instances write, and the database that they use."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database

    def log(self, server: Server, style: str) -> Path:
        return self.folder / f"{server.name}.{SUFFIXES.get(style, 'log')}"


def make_processes(plan: Plan, spec: Spec, paths: AppPaths) -> dict[str, Process]:
    """The processes of all pools, not started yet."""
    zone = plan.zones["app"]
    return {
        server.name: Process(_config(plan, spec, pool, server, paths), paths.folder, zone)
        for pool in spec.pools
        for server in pool.servers
    }
