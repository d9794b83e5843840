"""The application fails: one instance, one route everywhere, or a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, gradually, slowly
from tests.lab.faults.symptoms import Symptoms, symptoms, weakened
from tests.lab.habits import deploy
from tests.lab.plan import Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Server, Spec


def _main(lab: Lab) -> list[Server]:
    return lab.spec.main.servers


def _tell(lab: Lab, servers: list[Server], trouble: Symptoms) -> None:
    for server in servers:
        lab.apps[server.name].tell(**trouble)


def _instance(plan: Plan, spec: Spec) -> Action:
    unusual = plan.rng.random() < 0.25 and plan.algorithm == "roundrobin"
    bad = plan.rng.choice(spec.main.active())
    trouble, what = symptoms(plan)
    if unusual and "slow" not in trouble and not plan.passive:
        # a server that fails at once attracts requests; a slow one would be spared them
        spec.main.algorithm = "leastconn"
    hidden = _hide(plan, spec, trouble)

    async def inject(lab: Lab) -> None:
        await gradually(plan.ramp_s, lambda part: _tell(lab, [bad], weakened(trouble, part)))

    async def heal(lab: Lab) -> None:
        _tell(lab, [bad], {})

    notes = f"{bad.name} alone: {what}{slowly(plan)}{hidden}"
    return Action(inject, heal, bad.forms(), notes)


def _hide(plan: Plan, spec: Spec, trouble: Symptoms) -> str:
    """Let the balancer do something about the sick server; the answer is what."""
    if not plan.passive:
        return ""
    # HAProxy doesn't count an answer that it tries again
    if plan.passive == "retry" or (plan.passive == "eject" and plan.balancer == "nginx"):
        spec.retry_errors = spec.retry = True
    if plan.passive == "eject":
        spec.max_fails, spec.fail_timeout_s = plan.rng.randint(1, 4), plan.rng.randint(2, 6)
        spec.observe = True
    if plan.passive == "check":
        trouble["health"] = round(plan.rng.uniform(0.4, 0.8), 2)
    return {
        "retry": "; errors are tried again elsewhere",
        "eject": "; the balancer takes it out and back",
        "check": "; its health check fails now and then",
    }[plan.passive]


def _bad_route(plan: Plan, _spec: Spec) -> Action:
    route = plan.rng.choice([r for r in plan.theme.routes if r.weight >= 2])
    drawn, what = symptoms(plan)
    trouble: Symptoms = {"route": route.template, "method": route.method, **drawn}

    async def inject(lab: Lab) -> None:
        await gradually(plan.ramp_s, lambda part: _tell(lab, _main(lab), weakened(trouble, part)))

    async def heal(lab: Lab) -> None:
        _tell(lab, _main(lab), {})

    path = route.template.split("?")[0]
    targets = [path, f"{route.method} {path}", path.split("/{")[0]]
    notes = f"{route.method} {path} on all instances: {what}{slowly(plan)}"
    return Action(inject, heal, targets, notes)


def _release_trouble(plan: Plan) -> tuple[Symptoms, str]:
    """What is wrong with the release: failures, slowness, all of it or one route."""
    rng = plan.rng
    fail = round(rng.uniform(0.03, 0.06) if plan.weak else rng.uniform(0.15, 0.6), 2)
    slow = round(plan.headroom * (0.9 if plan.weak else rng.uniform(1.1, 1.6)), 1)
    if rng.random() < 0.3:
        return {"slow": slow}, f"is {slow} times slower"
    if rng.random() < 0.35:
        route = rng.choice([r for r in plan.theme.routes if r.weight >= 2])
        trouble: Symptoms = {"fail": fail, "error": "release", "route": route.template}
        return trouble, f"fails {fail:.0%} of {route.template}"
    return {"fail": fail, "error": "release"}, f"fails {fail:.0%} of requests"


def _bad_release(plan: Plan, _spec: Spec) -> Action:
    trouble, what = _release_trouble(plan)
    for habit in [habit for habit in plan.habits if habit.kind == "deploy"]:
        habit.at_s = min(habit.at_s, plan.onset_s - 20)  # the harmless release is the one before
        if habit.at_s < 0:
            plan.habits.remove(habit)
    plan.habits.sort(key=lambda habit: habit.at_s)

    async def inject(lab: Lab) -> None:
        await deploy(lab, plan.later_version, **trouble)

    async def heal(lab: Lab) -> None:
        await deploy(lab, plan.version, slow=1.0)

    notes = f"version {plan.later_version} {what}"
    return Action(inject, heal, [plan.later_version], notes)


def _with_logs(plan: Plan) -> None:
    """The release is named by the applications' logs only."""
    plan.without = plan.without.replace("application", "")


def _passive(plan: Plan) -> None:
    """Now and then the balancer hides or ejects the sick server."""
    ways = ("", "retry", "eject", "check" if plan.balancer == "haproxy" else "eject")
    plan.passive = plan.rng.choices(ways, (55, 15, 20, 10))[0]
    if plan.passive:
        plan.weak = False


SCENARIOS = {
    "bad-instance": Scenario("application", "bad-instance", _instance, Terms(adjust=_passive)),
    "bad-route": Scenario("application", "bad-route", _bad_route),
    "bad-release": Scenario("application", "bad-release", _bad_release, Terms(adjust=_with_logs)),
}
