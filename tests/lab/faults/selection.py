"""Shares that nobody intended: wrong weights, backups, and an affinity that concentrates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload, skew
from tests.lab.plan import Plan, Terms
from tests.lab.spec import Server, Spec

if TYPE_CHECKING:
    from tests.lab.lab import Lab

Way = Callable[[Plan, Spec, Server], Action]


def _overweight(plan: Plan) -> int:
    """A weight, among ones, with which a server gets more than it can do."""
    n = plan.servers
    least = max(1.35 * plan.headroom / n, 0.5)
    share = plan.rng.uniform(least, 0.95)
    return max(2, round(share * (n - 1) / (1 - share)))


def _weights(plan: Plan, spec: Spec, hot: Server) -> Action:
    wrong = spec.changed()
    heavy = _overweight(plan)
    if plan.rng.random() < 0.5:
        wrong.main.server(hot.name).weight = heavy
        notes = f"a reload gives {hot.name} weight {heavy}, the others keep 1"
    else:
        for server in spec.main.servers:
            server.weight = heavy
        for server in wrong.main.servers:
            server.weight = heavy if server.name == hot.name else 1
        notes = f"a reload lowers the weight of all servers but {hot.name} from {heavy} to 1"
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, hot.forms(), notes)


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
    heavy = _overweight(plan)
    pool = spec.main.name

    async def inject(lab: Lab) -> None:
        await lab.balancer.command(f"set weight {pool}/{hot.name} {heavy}")

    async def heal(lab: Lab) -> None:
        await lab.balancer.command(f"set weight {pool}/{hot.name} 1")

    notes = f"weight {heavy} for {hot.name} at the runtime socket; the configuration is innocent"
    return Action(inject, heal, hot.forms(), notes)


def _skewed(plan: Plan, spec: Spec) -> Action:
    ways: list[Way] = [_weights, _weights, _backups]
    if plan.balancer == "haproxy":
        ways += [_socket, _socket, _first]
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


def _sticky(_plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    wrong.main.algorithm = "source"
    inject, heal = by_reload(spec, wrong)
    action = Action(inject, heal, [], "a reload turns on affinity by address behind a gateway")

    def settle(lab: Lab) -> None:
        """The hash decides which server is hot; only the answers tell."""
        start = lab.injected or 0.0
        end = lab.healed or lab.ended
        served = Counter(s.server for s in lab.load.seen if s.server and start < s.start < end)
        hot = spec.main.server(served.most_common(1)[0][0])
        action.targets = hot.forms()
        action.skews = [skew(spec.main, hot)]

    action.settle = settle
    return action


def _gateway(plan: Plan) -> None:
    plan.gateway = plan.rng.uniform(0.65, 0.8)
    plan.headroom = 1.65


def _shown(plan: Plan) -> None:
    plan.shown, plan.database, plan.without, plan.again = "current", "noisy", "", None


SCENARIOS = {
    "skewed-selection": Scenario("balancer", "skewed-selection", _skewed),
    "skewed-weights": Scenario("balancer", "skewed-selection", flagship, Terms(("nginx",), _shown)),
    "sticky-hotspot": Scenario("balancer", "sticky-hotspot", _sticky, Terms(adjust=_gateway)),
}
