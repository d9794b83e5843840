"""The balancer gives up too early, or lets too few in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload

if TYPE_CHECKING:
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec


def _timeout(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    wrong.read_timeout_ms = max(5, round(plan.mean_s * 1000 * plan.rng.uniform(0.8, 1.3)))
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload lowers the read timeout to {wrong.read_timeout_ms} ms"
    return Action(inject, heal, spec.main.forms(), notes)


def _limit(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    if plan.balancer == "nginx":
        wrong.limit_per_s = round(plan.rate * plan.rng.uniform(0.4, 0.7))
        notes = f"a reload limits requests to {wrong.limit_per_s}/s"
        targets = ["everyone", "limit_req"]
    else:
        spec.queue_timeout_ms = wrong.queue_timeout_ms = 300
        for server in wrong.main.servers:
            server.maxconn = 1
        notes = "a reload sets maxconn 1 for each server"
        targets = ["maxconn"]
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, [*targets, *spec.main.forms()], notes)


SCENARIOS = {
    "timeout-misconfigured": Scenario("balancer", "timeout-misconfigured", _timeout),
    "capacity-limit": Scenario("balancer", "capacity-limit", _limit),
}
