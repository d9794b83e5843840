"""Things that operators do while nothing is wrong: reloads and rolling restarts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, nothing
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.spec import Server, Spec


def _reload(plan: Plan, spec: Spec) -> Action:
    other = spec.changed()
    if plan.rng.random() < 0.5:
        other.read_timeout_ms += 1000

    async def inject(lab: Lab) -> None:
        await lab.reload(other)

    return Action(inject, None, [], "a reload that changes nothing of importance")


async def _out(lab: Lab, server: Server) -> None:
    """Take a server out of rotation and let it finish."""
    if lab.plan.balancer == "haproxy":
        await lab.command(f"set server {lab.spec.main.name}/{server.name} state drain")
    else:
        without = lab.spec.changed()
        without.main.server(server.name).down = True
        await lab.reload(without)
    await asyncio.sleep(1.5)


async def _back(lab: Lab, server: Server) -> None:
    if lab.plan.balancer == "haproxy":
        await lab.command(f"set server {lab.spec.main.name}/{server.name} state ready")
    else:
        await lab.reload(lab.spec)
    await asyncio.sleep(1.0)


def _rolling(_plan: Plan, _spec: Spec) -> Action:
    async def inject(lab: Lab) -> None:
        for server in lab.spec.main.servers:
            app = lab.apps[server.name]
            await _out(lab, server)
            await app.stop()
            app.config.version = lab.plan.next_version
            await app.start()
            await _back(lab, server)

    return Action(inject, nothing, [], "a rolling restart that nobody notices")


def _roomy(plan: Plan) -> None:
    """One server less must not hurt."""
    plan.servers = max(4, plan.servers)
    plan.headroom = 2.4
    plan.side = False
    plan.onset_s = min(plan.onset_s, plan.seconds * 0.4)
    plan.end_s = None


SCENARIOS = {
    "harmless-reload": Scenario(None, None, _reload),
    "rolling-restart": Scenario(None, None, _rolling, Terms(adjust=_roomy, plain=True)),
}
