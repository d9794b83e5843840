"""Requests that go to a wrong pool, to a dead address, or on a wrong path."""

from __future__ import annotations

from tests.lab.action import Action, Scenario, by_reload
from tests.lab.plan import Plan, Terms
from tests.lab.spec import Rule, Spec


def prefix_of(plan: Plan) -> str:
    """The first segment of a route that has one."""
    routes = [r for r in plan.theme.routes if r.template.strip("/") and r.weight >= 2]
    template = plan.rng.choice(routes).template
    return "/" + template.split("?")[0].split("/")[1]


def _wrong_pool(plan: Plan, spec: Spec) -> Action:
    prefix, side = prefix_of(plan), spec.pools[1]
    wrong = spec.changed()
    wrong.rules.append(Rule(prefix, side.name))
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload sends {prefix} to {side.name}, which doesn't know it"
    return Action(inject, heal, [side.name, spec.main.name, prefix], notes)


def _dead_port(plan: Plan, spec: Spec) -> Action:
    for server in spec.main.servers:
        server.check = False  # with checks HAProxy would take the dead ones out within seconds
    spec.retry = False
    wrong = spec.changed()
    dead = plan.rng.sample(wrong.main.active(), plan.rng.randint(1, plan.servers))
    for server in dead:
        server.port += plan.rng.choice((1, 10, 100))
    inject, heal = by_reload(spec, wrong)
    targets = [spec.main.name, *(form for server in dead for form in server.forms())]
    return Action(inject, heal, targets, f"a reload with a dead port for {len(dead)} servers")


def _rewritten(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    if plan.rng.random() < 0.5:
        wrong.root_replace = plan.rng.choice(("/v2/", "/app/"))
        notes = f"a reload puts {wrong.root_replace} in front of every path"
        targets = [spec.main.name]
    else:
        prefix = prefix_of(plan)
        wrong.rules.append(Rule(prefix, spec.main.name, "/internal"))
        notes = f"a reload rewrites {prefix} to /internal"
        targets = [spec.main.name, prefix]
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, [*targets, *spec.main.forms()[1:]], notes)


def _misrouted(plan: Plan, spec: Spec) -> Action:
    ways = [_dead_port, _rewritten]
    if plan.side:
        ways = [_wrong_pool, _wrong_pool, *ways]
    return plan.rng.choice(ways)(plan, spec)


def _adjust(plan: Plan) -> None:
    plan.redispatch = False
    plan.side = plan.servers <= 4


SCENARIOS = {"misrouted": Scenario("balancer", "misrouted", _misrouted, Terms(adjust=_adjust))}
