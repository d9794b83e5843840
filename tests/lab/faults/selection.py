"""Shares that nobody intended: wrong weights, backups, and `first` without limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload, skew
from tests.lab.plan import Plan, Terms
from tests.lab.spec import Server, Spec

if TYPE_CHECKING:
    from tests.lab.lab import Lab

Way = Callable[[Plan, Spec, Server], Action]


def _usual(plan: Plan) -> int:
    """The weight of the others; a weak skew needs fine steps."""
    return 10 if plan.weak else 1


def _overweight(plan: Plan) -> int:
    """A weight, among usual ones, with which a server gets more than it can do, or nearly so."""
    n = plan.servers
    share = plan.rng.uniform(min(0.93, max(1.35 * plan.headroom / n, 0.5)), 0.95)
    if plan.weak:  # busy, so that its queue is long, but nothing fails
        share = min(0.9, plan.rng.uniform(0.92, 1.02) * plan.headroom / n)
    return max(2, round(_usual(plan) * share * (n - 1) / (1 - share)))


def _on_the_way(spec: Spec, hot: Server, weights: tuple[int, int], part: float) -> Spec:
    """The configuration at a part of the way from the usual weights, or the heavy ones."""
    (usual, heavy), lowered = weights, spec.main.server(hot.name).weight == weights[1]
    other = spec.changed()
    if lowered:
        for server in other.main.servers:
            if server.name != hot.name:
                server.weight = round(heavy + (usual - heavy) * part)
    else:
        other.main.server(hot.name).weight = round(usual + (heavy - usual) * part)
    return other


def _weights(plan: Plan, spec: Spec, hot: Server) -> Action:
    usual, heavy = _usual(plan), _overweight(plan)
    lowered = plan.rng.random() < 0.5
    if lowered or plan.weak:
        for server in spec.main.servers:
            server.weight = heavy if lowered else usual
    parts = (0.3, 0.6, 1.0) if plan.ramp_s else (1.0,)

    async def inject(lab: Lab) -> None:
        for part in parts:
            await lab.reload(_on_the_way(spec, hot, (usual, heavy), part))
            await asyncio.sleep(plan.ramp_s / len(parts))

    async def heal(lab: Lab) -> None:
        await lab.reload(spec)

    notes = f"a reload gives {hot.name} weight {heavy}, the others keep {usual}"
    if lowered:
        notes = f"a reload lowers the weight of all servers but {hot.name} from {heavy} to {usual}"
    steps = f", in {len(parts)} steps" if plan.ramp_s else ""
    return Action(inject, heal, hot.forms(), notes + steps)


def _backups(_plan: Plan, spec: Spec, hot: Server) -> Action:
    wrong = spec.changed()
    for server in wrong.main.servers:
        server.backup = server.name != hot.name
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload marks every server but {hot.name} as backup"
    return Action(inject, heal, hot.forms(), notes, also=["server-ejected"])


def _first(_plan: Plan, spec: Spec, _hot: Server) -> Action:
    wrong = spec.changed()
    wrong.main.algorithm = "first"
    inject, heal = by_reload(spec, wrong)
    hot = spec.main.servers[0]
    notes = f"a reload changes the algorithm to `first`, which without limits is {hot.name} only"
    return Action(inject, heal, hot.forms(), notes)


def _socket(plan: Plan, spec: Spec, hot: Server) -> Action:
    usual, heavy = _usual(plan), _overweight(plan)
    pool = spec.main.name
    for server in spec.main.servers if plan.weak else ():
        server.weight = usual

    async def inject(lab: Lab) -> None:
        await lab.command(f"set weight {pool}/{hot.name} {heavy}")

    async def heal(lab: Lab) -> None:
        await lab.command(f"set weight {pool}/{hot.name} {usual}")

    notes = f"weight {heavy} for {hot.name} at the runtime socket; the configuration is innocent"
    return Action(inject, heal, hot.forms(), notes)


def _skewed(plan: Plan, spec: Spec) -> Action:
    ways: list[Way] = [_weights, _weights, _weights if plan.weak else _backups]
    if plan.balancer == "haproxy":
        ways += [_socket, _socket, _socket if plan.weak else _first]
    hot = plan.rng.choice(spec.main.servers)
    action = plan.rng.choice(ways)(plan, spec, hot)
    guilty = next(s for s in spec.main.servers if s.endpoint in action.targets)
    action.skews = [skew(spec.main, guilty)]
    return action


def flagship(plan: Plan, spec: Spec) -> Action:
    """The case that the repository shows: plain weights, by reload."""
    hot = plan.rng.choice(spec.main.servers)
    action = _weights(plan, spec, hot)
    action.skews = [skew(spec.main, hot)]
    return action


def _shown(plan: Plan) -> None:
    plan.shown, plan.database, plan.without, plan.again = "current", "noisy", "", None


_FLAGSHIP = Terms(("nginx",), _shown, plain=True)
SCENARIOS = {
    "skewed-selection": Scenario("balancer", "skewed-selection", _skewed, Terms(plain=True)),
    "skewed-weights": Scenario("balancer", "skewed-selection", flagship, _FLAGSHIP),
}
