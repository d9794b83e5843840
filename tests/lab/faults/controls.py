"""Nothing is wrong: quiet, or noisy in ways that harm nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, nothing
from tests.lab.chance import unequal
from tests.lab.plan import Plan, Terms

if TYPE_CHECKING:
    from tests.lab.spec import Spec


def _none(_plan: Plan, _spec: Spec) -> Action:
    return Action(nothing, None, [], "nothing happens")


def _uneven(_plan: Plan, _spec: Spec) -> Action:
    """Weights that follow the machines."""
    return Action(nothing, None, [], "uneven weights, as the machines are")


def _leastconn(_plan: Plan, spec: Spec) -> Action:
    spec.main.algorithm = "leastconn"
    return Action(nothing, None, [], "least connections in front of unequal machines")


def _affinity(_plan: Plan, spec: Spec) -> Action:
    """Shares are what the hash of the clients' addresses makes of them."""
    spec.main.algorithm = "source"
    return Action(nothing, None, [], "affinity by address, with many clients and room enough")


def _weighted(plan: Plan) -> None:
    unequal(plan, plan.rng)


def _unweighted(plan: Plan) -> None:
    unequal(plan, plan.rng)
    plan.weighted = False


def _calm(plan: Plan) -> None:
    plan.database, plan.background = "calm", 0.0


def _noisy(plan: Plan) -> None:
    plan.database = "noisy"


def _roomy(plan: Plan) -> None:
    plan.headroom = 2.6


def _errors(plan: Plan) -> None:
    plan.background = 0.008


SCENARIOS = {
    "quiet": Scenario(None, None, _none, Terms(adjust=_calm)),
    "noisy-database": Scenario(None, None, _none, Terms(adjust=_noisy)),
    "background-errors": Scenario(None, None, _none, Terms(adjust=_errors)),
    "uneven-weights": Scenario(None, None, _uneven, Terms(adjust=_weighted, plain=True)),
    "affinity": Scenario(None, None, _affinity, Terms(adjust=_roomy, plain=True)),
    "leastconn-unequal": Scenario(None, None, _leastconn, Terms(adjust=_unweighted, plain=True)),
}
