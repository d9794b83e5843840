"""The balancer gives up too early, or lets too few in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.lab.action import Action, Scenario, by_reload
from tests.lab.faults.routing import prefix_of
from tests.lab.plan import Terms
from tests.lab.spec import Rule

if TYPE_CHECKING:
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

Way = Callable[["Plan", "Spec"], Action]


def _few_ms(plan: Plan) -> int:
    factor = plan.rng.uniform(2.4, 3.2) if plan.weak else plan.rng.uniform(0.8, 1.8)
    return max(5, round(plan.mean_s * 1000 * factor))


def _read_timeout(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    wrong.read_timeout_ms = _few_ms(plan)
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload lowers the read timeout to {wrong.read_timeout_ms} ms"
    return Action(inject, heal, spec.main.forms(), notes)


def _route_timeout(plan: Plan, spec: Spec) -> Action:
    """Only one route is given too little time."""
    wrong = spec.changed()
    rule = Rule(prefix_of(plan), spec.main.name, read_timeout_ms=_few_ms(plan))
    wrong.rules.append(rule)
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload gives {rule.prefix} {rule.read_timeout_ms} ms"
    return Action(inject, heal, [rule.prefix, *spec.main.forms()], notes)


def _queue_timeout(plan: Plan, spec: Spec) -> Action:
    """Requests may queue for a worker as ever, but no longer for long."""
    for server in spec.main.servers:
        server.maxconn = max(1, plan.workers - 1)
    wrong = spec.changed()
    wrong.queue_timeout_ms = plan.rng.choice((1, 5, 10))
    inject, heal = by_reload(spec, wrong)
    notes = f"a reload lowers the queue timeout to {wrong.queue_timeout_ms} ms"
    return Action(inject, heal, spec.main.forms(), notes)


def _timeout(plan: Plan, spec: Spec) -> Action:
    ways: list[Way] = [_read_timeout, _read_timeout, _route_timeout]
    if plan.balancer == "haproxy":
        ways.append(_queue_timeout)
    return plan.rng.choice(ways)(plan, spec)


def _limited(plan: Plan, spec: Spec, wrong: Spec, notes: str, targets: list[str]) -> Action:
    inject, heal = by_reload(spec, wrong)
    return Action(inject, heal, [*targets, *spec.main.forms()], notes)


def _rate_limit(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    part = plan.rng.uniform(0.88, 0.95) if plan.weak else plan.rng.uniform(0.4, 0.8)
    wrong.limit_per_s, wrong.limit_burst = max(1, round(plan.rate * part)), 4
    wrong.limit_status = plan.rng.choice((429, 503))
    notes = f"a reload limits requests to {wrong.limit_per_s}/s ({wrong.limit_status})"
    return _limited(plan, spec, wrong, notes, ["everyone", "limit_req", "fe_req_rate", "public"])


def _connection_limit(plan: Plan, spec: Spec) -> Action:
    """As many at a time as there are on average, or fewer."""
    wrong = spec.changed()
    usual = plan.rate * plan.mean_s
    factor = plan.rng.uniform(1.6, 1.9) if plan.weak else plan.rng.uniform(0.6, 1.2)
    wrong.limit_conn = max(1, round(usual * factor))
    wrong.limit_status = plan.rng.choice((429, 503))
    notes = f"a reload admits {wrong.limit_conn} connections at a time ({wrong.limit_status})"
    return _limited(plan, spec, wrong, notes, ["together", "limit_conn", "fe_conn", "public"])


def _server_limit(plan: Plan, spec: Spec) -> Action:
    wrong = spec.changed()
    if plan.balancer == "haproxy":
        spec.queue_timeout_ms = wrong.queue_timeout_ms = plan.rng.choice((100, 300, 1000))
    for server in wrong.main.servers:
        server.maxconn = 1
    return _limited(plan, spec, wrong, "a reload lets each server do one at a time", ["maxconn"])


def _workers(plan: Plan, spec: Spec) -> Action:
    """Two connections for each request, and a few of nginx's own."""
    wrong = spec.changed()
    usual = 2 * plan.rate * plan.mean_s
    wrong.worker_connections = max(6, round(usual * plan.rng.uniform(0.8, 1.1)) + 4)
    notes = f"a reload sets worker_connections {wrong.worker_connections}"
    return _limited(plan, spec, wrong, notes, ["worker_connections"])


def _limit(plan: Plan, spec: Spec) -> Action:
    ways: list[Way] = [_rate_limit, _rate_limit, _connection_limit, _server_limit]
    if plan.balancer == "nginx" and "errors" not in plan.without:
        ways.append(_workers)
    return plan.rng.choice(ways)(plan, spec)


def _strict(plan: Plan) -> None:
    plan.generous = False


SCENARIOS = {
    "timeout-misconfigured": Scenario("balancer", "timeout-misconfigured", _timeout),
    "capacity-limit": Scenario("balancer", "capacity-limit", _limit, Terms(adjust=_strict)),
}
