"""The clients are to blame: more of them, or one that is too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, gradually, slowly
from tests.lab.load import SCANS
from tests.lab.plan import Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

Shot = Callable[["Lab"], None]


def _surge(plan: Plan, _spec: Spec) -> Action:
    factor = round(plan.headroom * plan.rng.uniform(1.2, 1.7), 1)
    if plan.weak:
        factor = round(plan.headroom * 1.02, 1)
    spike = plan.rng.random() < 0.25 and not plan.ramp_s and not plan.cut_s
    if spike and plan.onset_s + 12 < plan.seconds:
        plan.end_s, plan.again = plan.onset_s + plan.rng.uniform(6, 12), None

    async def inject(lab: Lab) -> None:
        def apply(part: float) -> None:
            lab.load.factor = 1 + (factor - 1) * part

        await gradually(plan.ramp_s, apply)

    async def heal(lab: Lab) -> None:
        lab.load.factor = 1.0

    notes = f"{factor} times the usual traffic from all clients{slowly(plan)}"
    return Action(inject, heal, [], notes)


def _flood(plan: Plan, client: str) -> tuple[float, Shot, str]:
    dearest = max(plan.theme.routes, key=lambda route: route.cost)

    def shoot(lab: Lab) -> None:
        path, absent = lab.load.path(dearest)
        lab.load.send(dearest.method, path, client, absent=absent)

    return plan.rate * plan.headroom * (0.6 if plan.weak else 1.0), shoot, "dear requests"


def _exports(plan: Plan, client: str) -> tuple[float, Shot, str]:
    """Few requests, each for everything."""
    route = plan.rng.choice([r for r in plan.theme.routes if "?" not in r.template])

    def shoot(lab: Lab) -> None:
        path, absent = lab.load.path(route)
        lab.load.send(route.method, f"{path}?export=all", client, absent=absent)

    rate = plan.rate * (plan.headroom - (0.9 if plan.weak else 0.4)) / 12
    return rate, shoot, f"requests for all of {route.template}"


def _probing(plan: Plan, client: str) -> tuple[float, Shot, str]:
    """A scanner whose numbers are more than the database can read."""
    read = next(r for r in plan.theme.routes if r.statement == "read")

    def shoot(lab: Lab) -> None:
        if plan.rng.random() < 0.5:
            lab.load.send("GET", plan.rng.choice(SCANS), client, absent=True)
        else:
            number = str(10**20 + plan.rng.randrange(10**6))
            lab.load.send("GET", read.template.replace("{id}", number), client)

    rate = plan.rate * (plan.rng.uniform(0.1, 0.2) if plan.weak else plan.rng.uniform(0.4, 1.0))
    return rate, shoot, "probing requests"


def _abuse(plan: Plan, _spec: Spec) -> Action:
    client = plan.address(66, plan.rng.randrange(10, 200))
    ways = [_flood, _flood, _exports, _probing]
    if plan.engine == "mariadb":
        ways.remove(_probing)  # to it no number is too large to look for
    rate, shoot, what = plan.rng.choice(ways)(plan, client)
    tasks: list[asyncio.Task[None]] = []

    async def hammer(lab: Lab) -> None:
        while True:
            shoot(lab)
            await asyncio.sleep(plan.rng.expovariate(rate))

    async def inject(lab: Lab) -> None:
        tasks.append(asyncio.create_task(hammer(lab)))

    async def heal(_lab: Lab) -> None:
        tasks.pop().cancel()

    return Action(inject, heal, [client], f"{client} sends {rate:.0f} {what} a second")


SCENARIOS = {
    "traffic-surge": Scenario("client", "traffic-surge", _surge),
    # an affinity would make its server a hotspot
    "abusive-client": Scenario("client", "abusive-client", _abuse, Terms(plain=True)),
}
