"""Healthy servers out of rotation, so that the rest carry more than they can."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload
from tests.lab.plan import Plan
from tests.lab.spec import Server, Spec

if TYPE_CHECKING:
    from tests.lab.lab import Lab

Way = Callable[[Plan, Spec, list[Server]], Action]


def _victims(plan: Plan, spec: Spec) -> list[Server]:
    """So many servers that the rest can't do the work."""
    rest = max(1, int(plan.servers / (plan.headroom * 1.25)))
    return plan.rng.sample(spec.main.active(), plan.servers - rest)


def _blame(spec: Spec, victims: list[Server]) -> list[str]:
    forms = [form for server in victims for form in server.forms()]
    return [spec.main.name, *forms]


def _down(_plan: Plan, spec: Spec, victims: list[Server]) -> Action:
    wrong = spec.changed()
    for server in victims:
        wrong.main.server(server.name).down = True
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, _blame(spec, victims), "marked out of service by a reload")


def _removed(_plan: Plan, spec: Spec, victims: list[Server]) -> Action:
    wrong = spec.changed()
    wrong.main.servers = [s for s in wrong.main.servers if s not in victims]
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, _blame(spec, victims), "removed from the pool by a reload")


def _check(plan: Plan, spec: Spec, victims: list[Server]) -> Action:
    """The rest run a newer build, which alone knows the new path of the health check."""
    for server in spec.main.servers:
        if server not in victims:
            plan.extra_health[server.name] = ["/ready"]
    wrong = spec.changed()
    wrong.main.check_path = "/ready"
    inject, heal = by_reload(spec, wrong)
    notes = "a reload asks for a health check path that only newer builds have"
    return Action(inject, heal, _blame(spec, victims), notes)


def _socket(plan: Plan, spec: Spec, victims: list[Server]) -> Action:
    state = plan.rng.choice(("maint", "drain"))

    async def everyone(lab: Lab, wanted: str) -> None:
        for server in victims:
            await lab.command(f"set server {spec.main.name}/{server.name} state {wanted}")

    async def inject(lab: Lab) -> None:
        await everyone(lab, state)

    async def heal(lab: Lab) -> None:
        await everyone(lab, "ready")

    return Action(inject, heal, _blame(spec, victims), f"state {state} at the runtime socket")


def _ejected(plan: Plan, spec: Spec) -> Action:
    ways: list[Way] = [_down, _removed]
    if plan.balancer == "haproxy":
        ways = [_down, _removed, _check, _check, _socket, _socket]
    return plan.rng.choice(ways)(plan, spec, _victims(plan, spec))


SCENARIOS = {"server-ejected": Scenario("balancer", "server-ejected", _ejected)}
