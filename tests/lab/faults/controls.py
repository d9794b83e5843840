"""Nothing is wrong: quiet, or noisy in ways that harm nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, nothing
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.spec import Spec


def _none(_plan: Plan, _spec: Spec) -> Action:
    return Action(nothing, None, [], "nothing happens")


def _uneven(plan: Plan, spec: Spec) -> Action:
    """Weights that follow the machines."""
    for server, speed in zip(spec.main.servers, plan.speeds, strict=True):
        server.weight = round(speed * 4)
    return Action(nothing, None, [], "uneven weights, as the machines are")


def _leastconn(_plan: Plan, spec: Spec) -> Action:
    spec.main.algorithm = "leastconn"
    return Action(nothing, None, [], "least connections in front of unequal machines")


def _affinity(_plan: Plan, spec: Spec) -> Action:
    """Shares are what the hash of the clients' addresses makes of them."""
    spec.main.algorithm = "source"
    return Action(nothing, None, [], "affinity by address, with many clients and room enough")


def _unequal(plan: Plan) -> None:
    """Speeds that differ, with a mean of about one."""
    big = plan.rng.choice((2.0, 3.0))
    raw = [big if n == 0 else 1.0 for n in range(plan.servers)]
    plan.rng.shuffle(raw)
    plan.speeds = [speed * plan.servers / sum(raw) for speed in raw]
    plan.workers = max(3, plan.workers)


def _calm(plan: Plan) -> None:
    plan.database, plan.background = "calm", 0.0


def _noisy(plan: Plan) -> None:
    plan.database = "noisy"


def _roomy(plan: Plan) -> None:
    plan.headroom = 2.6


def _errors(plan: Plan) -> None:
    plan.background = 0.005


SCENARIOS = {
    "quiet": Scenario(None, None, _none, Terms(adjust=_calm)),
    "noisy-database": Scenario(None, None, _none, Terms(adjust=_noisy)),
    "background-errors": Scenario(None, None, _none, Terms(adjust=_errors)),
    "uneven-weights": Scenario(None, None, _uneven, Terms(adjust=_unequal)),
    "affinity": Scenario(None, None, _affinity, Terms(adjust=_roomy)),
    "leastconn-unequal": Scenario(None, None, _leastconn, Terms(adjust=_unequal)),
}
