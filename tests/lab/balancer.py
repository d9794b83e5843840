"""Runs nginx or HAProxy with a specification that can be exchanged while it runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Protocol

from tests.lab import haproxyconf, nginxconf
from tests.lab.syslogd import Syslog, listen
from tests.lab.tools import LabError, listens, program, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.plan import Plan
    from tests.lab.spec import Spec


class Balancer(Protocol):
    """What a recording needs of a balancer."""

    logs: list[Path]
    conf: Path

    async def start(self, spec: Spec) -> None: ...
    async def reload(self, spec: Spec) -> None: ...
    async def command(self, line: str) -> None: ...
    async def stop(self) -> None: ...


class _Process:
    """The process of a balancer, its configuration and its folder."""

    def __init__(self, plan: Plan, folder: Path, conf: str) -> None:
        self.plan = plan
        self.folder = folder
        self.conf = folder / conf
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, *command: str) -> None:
        env = {**os.environ, "TZ": self.plan.zones["lb"]}
        with (self.folder / "balancer.out").open("ab") as output:
            self._process = subprocess.Popen(command, env=env, stdout=output, stderr=output)

    def signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            said = (self.folder / "balancer.out").read_text()[-500:]
            message = f"the balancer isn't running: {said}"
            raise LabError(message)
        self._process.send_signal(number)

    async def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 10)


class Nginx(_Process):
    """nginx in the foreground."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        super().__init__(plan, folder, "etc/nginx/nginx.conf")
        log = folder / "var/log/nginx"
        for path in (self.conf.parent, log, folder / "run"):
            path.mkdir(parents=True)
        self.logs = [log / "access.log", log / "error.log"]

    def write(self, spec: Spec) -> None:
        plan = self.plan
        self.conf.write_text(nginxconf.render(spec, self.folder, plan.lb_layout, plan.ids))

    async def start(self, spec: Spec) -> None:
        self.write(spec)
        self.launch(str(program("nginx")), "-c", str(self.conf), "-g", "daemon off;")
        await until(lambda: listens(spec.address, spec.port), "nginx's start")

    async def reload(self, spec: Spec) -> None:
        self.write(spec)
        self.signal(signal.SIGHUP)

    async def command(self, line: str) -> None:
        message = f"nginx takes no command: {line}"
        raise LabError(message)

    async def stop(self) -> None:
        await self.end()


class Haproxy(_Process):
    """HAProxy under its own master, logging to a syslog daemon of the lab."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        super().__init__(plan, folder, "etc/haproxy/haproxy.cfg")
        for path in (self.conf.parent, folder / "run/haproxy", folder / "var/log"):
            path.mkdir(parents=True)
        self.logs = [folder / "var/log/haproxy.log"]
        self._socket = folder / "run/haproxy/admin.sock"
        self._log_address = plan.address(9, 1)
        self._syslog = Syslog(self.logs[0], plan.lb_layout, plan.zones["lb"], "edge-1")
        self._transport: asyncio.DatagramTransport | None = None
        self._manner = haproxyconf.Manner(
            ids=plan.ids,
            agents=plan.rng.random() < 0.3,
            check_log=plan.rng.random() < 0.3,
            redispatch=plan.redispatch,
            inter=plan.rng.choice(("1s", "2s")),
        )

    def write(self, spec: Spec) -> None:
        text = haproxyconf.render(spec, self.folder, self._log_address, self._manner)
        self.conf.write_text(text)

    async def start(self, spec: Spec) -> None:
        self._transport = await listen(self._syslog, self._log_address)
        self.write(spec)
        self.launch(str(program("haproxy")), "-W", "-f", str(self.conf))
        await until(lambda: listens(spec.address, spec.port), "HAProxy's start")

    async def reload(self, spec: Spec) -> None:
        self.write(spec)
        self.signal(signal.SIGUSR2)

    async def command(self, line: str) -> None:
        """Say something at the runtime socket; it answers only where it objects."""
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        writer.write(line.encode() + b"\n")
        answer = (await reader.read()).decode().strip()
        writer.close()
        if answer:
            message = f"HAProxy objects to {line!r}: {answer}"
            raise LabError(message)

    async def stop(self) -> None:
        await self.end()
        if self._transport is not None:
            self._transport.close()
        self._syslog.close()


def make_balancer(plan: Plan, folder: Path) -> Balancer:
    """The balancer that a plan asks for."""
    return Nginx(plan, folder) if plan.balancer == "nginx" else Haproxy(plan, folder)
