"""An affinity that concentrates: by address, by cookie or by path, where most share one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload, skew
from tests.lab.plan import Terms

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

WAYS = ("source", "source", "hash", "cookie", "uri", "arrival", "arrival")
HOTTEST = 0.9


def _blame(action: Action, spec: Spec) -> Action:
    """The hash decides which server is hot; what was sent to each tells, however it answered."""

    def settle(lab: Lab) -> None:
        start = lab.injected or 0.0
        end = lab.healed or lab.ended
        sent = {s.name: lab.apps[s.name].received(start, end) for s in spec.main.servers}
        hot = spec.main.server(max(sent, key=lambda name: sent[name]))
        action.targets = hot.forms()
        action.skews = [skew(spec.main, hot)]

    action.settle = settle
    return action


def _switched(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    wrong.main.algorithm = plan.algorithm
    inject, heal = by_reload(spec, wrong)
    keys = {"uri": "path, and most want one page", "cookie": "cookie, and most share one session"}
    key = keys.get(plan.algorithm, "address behind a gateway")
    return Action(inject, heal, [], f"a reload turns on affinity by {key}")


def _arrival(plan: Plan, spec: Spec) -> Action:
    """The affinity was always there; the gateway is new."""
    share, plan.gateway = plan.gateway, 0.03
    spec.main.algorithm = plan.rng.choice(("source", "hash"))

    async def inject(lab: Lab) -> None:
        lab.load.gateway = share

    async def heal(lab: Lab) -> None:
        lab.load.gateway = plan.gateway

    notes = f"{share:.0%} of the requests come through one gateway now; affinity by address"
    return Action(inject, heal, [], notes)


def _sticky(plan: Plan, spec: Spec) -> Action:
    way, plan.algorithm = plan.algorithm, "roundrobin"
    spec.main.algorithm = "roundrobin"
    if way == "arrival":
        return _blame(_arrival(plan, spec), spec)
    plan.algorithm = way
    return _blame(_switched(plan, spec), spec)


def _concentrated(plan: Plan) -> None:
    """Enough behind one key that its server can't do it, or hardly."""
    rng = plan.rng
    plan.headroom = 1.65
    plan.algorithm = rng.choice(WAYS)
    least = max(1.3 * plan.headroom / plan.servers, 0.6)
    share = min(HOTTEST, rng.uniform(least, max(least, 0.8)))
    if plan.weak:
        # the rest of the clients give this server their part, too
        fair = 1 / plan.servers
        share = (0.93 * plan.headroom * fair - fair) / (1 - fair)
    if plan.algorithm == "uri":
        plan.favourite = share
    else:
        plan.gateway = share


_TERMS = Terms(adjust=_concentrated, plain=True)
SCENARIOS = {"sticky-hotspot": Scenario("balancer", "sticky-hotspot", _sticky, _TERMS)}
