"""The application fails: one instance, one route everywhere, or a release."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario
from tests.lab.plan import Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Server, Spec


def _main(lab: Lab) -> list[Server]:
    return lab.spec.main.servers


Symptoms = dict[str, float | str]


def _symptoms(plan: Plan) -> tuple[Symptoms, str]:
    """Slow, failing, or both."""
    rng = plan.rng
    error = rng.choice(("files", "cache", "setting", "memory"))
    slow, fail = round(rng.uniform(5, 14), 1), round(rng.uniform(0.3, 0.8), 2)
    symptoms: list[tuple[Symptoms, str]] = [
        ({"slow": slow}, f"{slow} times slower"),
        ({"fail": fail, "error": error}, f"{fail:.0%} of its requests fail ({error})"),
        ({"slow": slow, "fail": 0.3, "error": error}, f"{slow} times slower, 30% fail"),
    ]
    return rng.choice(symptoms)


def _weakened(trouble: Symptoms, part: float) -> Symptoms:
    """The same symptoms at a part of their strength."""
    weak = dict(trouble)
    if "slow" in weak:
        weak["slow"] = 1 + (float(weak["slow"]) - 1) * part
    if "fail" in weak:
        weak["fail"] = float(weak["fail"]) * part
    return weak


def _bad_instance(plan: Plan, spec: Spec) -> Action:
    unusual = plan.rng.random() < 0.25
    bad = plan.rng.choice(spec.main.servers)
    trouble, what = _symptoms(plan)
    if unusual and "slow" not in trouble:
        # a server that fails at once attracts requests; a slow one would be spared them
        spec.main.algorithm = "leastconn"

    async def inject(lab: Lab) -> None:
        steps = 5 if plan.ramp_s else 1
        for step in range(1, steps + 1):
            lab.apps[bad.name].tell(**_weakened(trouble, step / steps))
            await asyncio.sleep(plan.ramp_s / steps)

    async def heal(lab: Lab) -> None:
        lab.apps[bad.name].tell()

    slowly = f", within {plan.ramp_s:.0f} s" if plan.ramp_s else ""
    return Action(inject, heal, bad.forms(), f"{bad.name} alone: {what}{slowly}")


def _bad_route(plan: Plan, _spec: Spec) -> Action:
    route = plan.rng.choice([r for r in plan.theme.routes if r.weight >= 2])
    trouble, what = _symptoms(plan)

    async def inject(lab: Lab) -> None:
        for server in _main(lab):
            lab.apps[server.name].tell(route=route.template, **trouble)

    async def heal(lab: Lab) -> None:
        for server in _main(lab):
            lab.apps[server.name].tell()

    path = route.template.split("?")[0]
    targets = [path, f"{route.method} {path}", path.split("/{")[0]]
    return Action(inject, heal, targets, f"{route.method} {path} on all instances: {what}")


def _bad_release(plan: Plan, _spec: Spec) -> Action:
    fail = round(plan.rng.uniform(0.2, 0.6), 2)
    version = "3.5.0"

    async def deploy(lab: Lab, version: str, **trouble: object) -> None:
        for server in _main(lab):
            lab.apps[server.name].tell(notice=f"starting version {version}", **trouble)

    async def inject(lab: Lab) -> None:
        await deploy(lab, version, fail=fail, error="release")

    async def heal(lab: Lab) -> None:
        await deploy(lab, "3.4.1")

    return Action(inject, heal, [version], f"version {version} fails {fail:.0%} of requests")


def _with_logs(plan: Plan) -> None:
    """The release is named by the applications' logs only."""
    plan.without = ""


SCENARIOS = {
    "bad-instance": Scenario("application", "bad-instance", _bad_instance),
    "bad-route": Scenario("application", "bad-route", _bad_route),
    "bad-release": Scenario("application", "bad-release", _bad_release, Terms(adjust=_with_logs)),
}
