"""The clients are to blame: more of them, or one that is too many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec


def _surge(plan: Plan, _spec: Spec) -> Action:
    factor = round(plan.headroom * plan.rng.uniform(1.3, 1.7), 1)

    async def inject(lab: Lab) -> None:
        lab.load.factor = factor

    async def heal(lab: Lab) -> None:
        lab.load.factor = 1.0

    return Action(inject, heal, [], f"{factor} times the usual traffic from all clients")


def _abuse(plan: Plan, _spec: Spec) -> Action:
    client = plan.address(66, plan.rng.randrange(10, 200))
    rate = plan.rate * plan.headroom
    dearest = max(plan.theme.routes, key=lambda route: route.cost)
    tasks: list[asyncio.Task[None]] = []

    async def hammer(lab: Lab) -> None:
        while True:
            path, absent = lab.load.path(dearest)
            lab.load.send(dearest.method, path, client, absent=absent)
            await asyncio.sleep(plan.rng.expovariate(rate))

    async def inject(lab: Lab) -> None:
        tasks.append(asyncio.create_task(hammer(lab)))

    async def heal(_lab: Lab) -> None:
        tasks.pop().cancel()

    return Action(inject, heal, [client], f"{client} sends {rate:.0f} dear requests a second")


SCENARIOS = {
    "traffic-surge": Scenario("client", "traffic-surge", _surge),
    "abusive-client": Scenario("client", "abusive-client", _abuse),
}
