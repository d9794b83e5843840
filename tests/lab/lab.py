"""A running system: balancer, application, database, and those who use it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.balancer import make_balancer
from tests.lab.database import make_database
from tests.lab.instances import AppPaths, make_processes
from tests.lab.load import Load
from tests.lab.noise import Noise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.lab.habits import Tweak
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec


class Lab:
    """Everything of one recording, in one folder."""

    def __init__(self, plan: Plan, spec: Spec, folder: Path) -> None:
        self.plan = plan
        self.spec = spec
        self.folder = folder
        self.confs: list[str] = []
        self.conf_during = ""  # the one in force once the fault has happened
        self.database = make_database(plan, folder)
        apps = folder / "apps"
        apps.mkdir()
        self.apps = make_processes(plan, spec, AppPaths(apps, self.database))
        self.balancer = make_balancer(plan, folder / "balancer")
        self.load = Load(plan, spec)
        self.began = self.ended = 0.0
        self.since = 0.0  # when the evidence begins
        self.injected: float | None = None
        self.healed: float | None = None
        self.again: tuple[float, float] | None = None
        self.offsets: dict[Path, int] = {}
        self.current = spec
        self.tweaks: list[Tweak] = []
        self.commands: dict[str, str] = {}

    async def start(self) -> None:
        await self.database.create()
        for app in self.apps.values():
            await app.start()
        await self.balancer.start(self.spec)
        self._keep_conf()
        await self._warm_up()

    async def _warm_up(self) -> None:
        """The first requests make connections and aren't part of the evidence."""
        for _ in range(12 * self.plan.servers):
            self.load.arrive()
            await asyncio.sleep(0.02)
        await self.load.drain()
        await asyncio.sleep(1)
        self.load.seen.clear()
        self.mark()

    def mark(self) -> None:
        """What the logs hold by now isn't part of the evidence."""
        self.offsets = {path: path.stat().st_size for path in self.logs() if path.exists()}

    def logs(self) -> list[Path]:
        """All log files, in the order of the layers."""
        apps = [Path(app.config.log) for app in self.apps.values()]
        return [*self.balancer.logs, *apps, *self.database.logs]

    def _keep_conf(self) -> None:
        self.confs.append(self.balancer.conf.read_text())

    async def reload(self, spec: Spec) -> None:
        """Let the balancer read another configuration, with the innocent changes so far."""
        self.current = spec
        full = spec.changed()
        for tweak in self.tweaks:
            tweak(full)
        await self.balancer.reload(full)
        self._keep_conf()
        if self.commands:
            await asyncio.sleep(0.5)
        for line in self.commands.values():  # HAProxy has forgotten them
            await self.balancer.command(line)

    async def tweak(self, tweak: Tweak) -> None:
        """Change something innocent, for good, by a reload."""
        self.tweaks.append(tweak)
        await self.reload(self.current)

    async def command(self, line: str) -> None:
        """Say something at the runtime socket, and again after a reload."""
        await self.balancer.command(line)
        self.commands[" ".join(line.split()[:3])] = line

    @contextlib.asynccontextmanager
    async def noise(self) -> AsyncIterator[None]:
        """The other jobs on the database, where the plan has them."""
        if self.plan.database != "noisy":
            yield
            return
        task = asyncio.create_task(Noise(self.plan, self.database).run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def stop(self) -> None:
        for app in self.apps.values():
            await app.stop()
        await self.balancer.stop()
        await self.database.close()

    def elapsed(self) -> float:
        return time.time() - self.began
