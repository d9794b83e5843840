"""Incidents that began before the evidence: what peers and the configuration still tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import coverage, documents
from logsleuth.analyses.reference import reference
from logsleuth.faults import (
    bad_instance,
    bad_route,
    server_ejected,
    skewed_selection,
    slow_queries,
    timeout_misconfigured,
)
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults.scenes import claims, named, noisy, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

EQUAL = dict.fromkeys(FOUR, 1)
HEAVY = {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1}


def hot(configured: dict[str, int]) -> Scene:
    """The first server has seven times the others' part from the first line to the last."""
    scene = Scene(rate=30)
    scene.give(scene.between(0), HEAVY)
    scene.slow(scene.on("web-1"), 15.0)
    scene.fail(scene.part(scene.on("web-1"), 0.5), 503, 2.0)
    scene.configure(configured)
    return noisy(scene)


@pytest.mark.parametrize(("configured", "basis"), [(EQUAL, "configuration"), (HEAVY, "peers")])
def test_a_skew_is_told_by_the_configuration_or_by_equals_if_that_is_what_is_wrong(
    gathered: Callable[[Scene], Facts], configured: dict[str, int], basis: str
) -> None:
    facts = gathered(hot(configured))
    assert facts.blind
    meant = reference(facts, facts.pools[0])
    assert meant is not None
    assert (meant.basis, meant.shares["web-1"]) == (basis, 0.25)
    cause = named(facts)
    assert (cause.fault, cause.target) == ("skewed-selection", "web-1")
    assert claims(bad_instance, facts) == []


@pytest.mark.parametrize(("always", "expected"), [(3.0, "skewed-selection"), (1.0, "bad-instance")])
def test_a_baseline_from_after_the_worst_is_none_where_the_hot_server_is_as_slow_in_it(
    gathered: Callable[[Scene], Facts], always: float, expected: str
) -> None:
    """One that takes a double part with ease until it falls ill was meant to have it."""
    scene = Scene(rate=60)
    scene.give(scene.between(0), {"web-1": 2, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.slow(scene.on("web-1"), always)
    scene.slow(scene.part(scene.between(0, 20) & scene.on("web-1"), 0.5), 20.0 / always)
    facts = gathered(scene)
    assert facts.begun_before
    assert not facts.blind
    cause = named(facts)
    assert (cause.fault, cause.target) == (expected, "web-1")


def test_a_bad_instance_is_told_by_its_equals(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.on("web-2"), 0.7), 500, 0.04)
    facts = gathered(noisy(scene))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", "web-2")
    assert claims(skewed_selection, facts) == []


def test_configured_servers_that_get_nothing_were_taken_out(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.give(scene.between(0), {"web-1": 1, "web-2": 1})
    scene.slow(scene.between(0), 12.0)
    scene.fail(scene.part(scene.between(0), 0.3), 503, 2.0)
    scene.configure(EQUAL, down=("web-3", "web-4"))
    cause = named(gathered(noisy(scene)))
    assert (cause.fault, cause.target) == ("server-ejected", "web")


def test_configured_servers_that_are_left_out_for_most_of_it_were_taken_out(
    gathered: Callable[[Scene], Facts],
) -> None:
    """They are back before the evidence ends, and nobody saw when they went."""
    scene = Scene(rate=30)
    scene.give(scene.between(0, 100), {"web-1": 1, "web-2": 1})
    full = scene.on("web-1", "web-2")
    scene.slow(full, 12.0)
    scene.fail(scene.part(full, 0.3), 503, 2.0)
    scene.configure(EQUAL)
    facts = gathered(noisy(scene))
    assert facts.blind
    assert claims(server_ejected, facts) == ["web"]


def test_what_hits_all_alike_is_unknown_and_clears_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0), 0.5), 500, 0.04)
    facts = gathered(noisy(scene))
    assert named(facts).component == "unknown"
    assert "ruled-out" not in statuses(facts).values()


def test_a_route_that_is_given_up_sooner_than_others_from_first_to_last_is_a_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Its own times go beyond the limit as smoothly as ever; the applications serve all of it."""
    scene = Scene(rate=40)
    late = scene.of("/search") & (scene.duration_s > 0.065)
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, 0.065
    facts = gathered(scene)
    assert facts.blind
    assert outcomes(timeout_misconfigured, facts)["other routes are waited for longer"] == "for"
    assert outcomes(bad_route, facts)["it is given up sooner than others"] == "against"
    assert named(facts).fault == "timeout-misconfigured"


@pytest.mark.parametrize(("longer", "expected"), [(1.0, []), (20.0, ["GET /search"])])
def test_a_route_that_the_applications_serve_like_others_is_not_bad(
    gathered: Callable[[Scene], Facts], longer: float, expected: list[str]
) -> None:
    """A balancer's log without times and servers shows a route fail that is slow, or given up."""
    scene = Scene(rate=40)
    scene.slow(scene.of("/search"), longer)
    noisy(scene)
    scene.status[scene.part(scene.of("/search"), 0.7)] = 504
    scene.duration_s[:] = np.nan
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    facts = gathered(scene)
    assert facts.blind
    assert claims(bad_route, facts) == expected


@pytest.mark.parametrize(("took", "spared"), [(0.9, True), (0.05, False)])
def test_statements_that_take_longer_than_the_answers_held_none_of_them_up(
    gathered: Callable[[Scene], Facts], took: float, spared: bool
) -> None:
    """A balancer that gives up on a route fails it, while a job sends its own statements."""
    scene = Scene(rate=40)
    scene.slow(scene.of("/search"), 3.0)
    noisy(scene)
    scene.fail(scene.part(scene.of("/search"), 0.6), 504, 0.14)
    for at in np.linspace(1.0, 118, 400).tolist():
        scene.statement(at, f"select * from reports where id = {at:.2f}", took)
    facts = gathered(scene)
    assert facts.blind
    assert ("the applications answered sooner" in outcomes(slow_queries, facts)) == spared
    assert (named(facts).fault == "slow-queries") == (not spared)


def test_nor_are_the_applications_needed_to_tell_it(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=40)
    late = scene.of("/search") & (scene.duration_s > 0.065)
    scene.status[late], scene.duration_s[late] = 504, 0.065
    facts = gathered(scene)
    assert outcomes(bad_route, facts)["it is given up sooner than others"] == "against"
    assert named(facts).fault == "timeout-misconfigured"


def test_a_route_with_a_hump_beyond_the_limit_is_slow_by_itself(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    late = scene.part(scene.of("/search"), 0.2)
    scene.duration_s[late] = 3.0
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, 0.4
    scene.duration_s[scene.part(scene.of("/cart"), 0.1)] = 0.9
    facts = gathered(scene)
    assert "other routes are waited for longer" not in outcomes(timeout_misconfigured, facts)
    assert named(facts).fault != "timeout-misconfigured"


def test_statements_that_take_what_requests_wait_are_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    waiting = scene.of("/search")
    scene.duration_s[waiting] = 1.6
    scene.fail(waiting, 504, 2.0)
    for at in np.linspace(1.0, 118, 300).tolist():
        scene.statement(at, f"select id from bicycles where label like '{at:.2f}%'", 1.5)
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("slow-queries", "bicycles")


@pytest.mark.parametrize(("configured", "basis"), [(EQUAL, "configuration"), (HEAVY, "peers")])
def test_the_document_expects_what_the_fault_was_held_against(
    gathered: Callable[[Scene], Facts], configured: dict[str, int], basis: str
) -> None:
    facts = gathered(hot(configured))
    (pool,) = documents.pools(facts, {"web"})
    assert pool.expected_from == basis
    assert {s.expected_share for s in pool.servers} == {0.25}
    assert pool.effect == pytest.approx(0.45, abs=0.03)


def test_what_stands_for_before_is_said(gathered: Callable[[Scene], Facts]) -> None:
    """A comparison with the time after the end must not pass for one with the time before."""
    never = gathered(hot(EQUAL))
    assert "no time without it" in coverage.warnings(never.case, never.window)[0]


def test_a_baseline_after_the_end_is_said_too(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0, 40) & scene.on("web-2"), 0.7), 500, 0.04)
    facts = gathered(noisy(scene))
    assert "from the time after its end" in coverage.warnings(facts.case, facts.window)[0]


def test_an_ordinary_baseline_needs_no_warning(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.7), 500, 0.04)
    facts = gathered(noisy(scene))
    assert not any("begins with" in told for told in coverage.warnings(facts.case, facts.window))


def strayed(*, reloaded: bool) -> Scene:
    """From the first line on another pool is asked for the cart, which it doesn't have."""
    scene = Scene(routes=("/home", "/cart", "/item", "/logo"))
    for route in ("/cart", "/logo"):
        scene.pool[scene.of(route)] = "static"
        scene.give(scene.of(route), {"cdn-1": 1, "cdn-2": 1})
    scene.fail(scene.of("/cart"), 404, 0.01)
    if reloaded:
        scene.say("balancer", 0.0, "Proxy public stopped (cumulated conns: FE: 12, BE: 0).")
    return scene


def test_a_pool_that_refuses_some_routes_wholly_since_a_reload_is_the_wrong_one(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(strayed(reloaded=True)))
    assert (cause.fault, cause.target) == ("misrouted", "static")


def test_without_a_reload_a_handler_may_be_gone(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(strayed(reloaded=False))
    assert named(facts).fault is None
    assert "ruled-out" not in statuses(facts).values()


@pytest.mark.parametrize(("port", "fault"), [("9091", "misrouted"), ("8080", None)])
def test_a_port_unlike_its_equals_tells_without_a_time_before(
    gathered: Callable[[Scene], Facts], port: str, fault: str | None
) -> None:
    """Where all have one port, who does not answer may be down as well as sought wrongly."""
    scene = Scene(rate=30)
    scene.unreachable(scene.on("web-2"))
    addresses = {name: f"{name}:8080" for name in FOUR} | {"web-2": f"web-2:{port}"}
    scene.configure(EQUAL, addresses=addresses)
    facts = gathered(noisy(scene))
    assert facts.blind
    assert named(facts).fault == fault


@pytest.mark.parametrize(("part", "expected"), [(1, ["web-1"]), (7, [])])
def test_one_that_was_meant_to_have_far_more_may_be_full_and_not_ill(
    gathered: Callable[[Scene], Facts], part: int, expected: list[str]
) -> None:
    scene = Scene(rate=30)
    scene.give(scene.between(0), {"web-1": part, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.slow(scene.on("web-1"), 15.0)
    scene.fail(scene.part(scene.on("web-1"), 0.5), 503, 2.0)
    scene.configure({"web-1": 9, "web-2": 1, "web-3": 1, "web-4": 1} if part > 1 else EQUAL)
    assert claims(bad_instance, gathered(noisy(scene))) == expected


def queued(*, own_s: float, database_s: float | None = 0.06) -> Scene:
    """All wait a second and more for the workers, and one route takes longer by itself."""
    scene = Scene(rate=40)
    scene.duration_s += 1.0 + 0.3 * np.sin(scene.started / 7.0)
    scene.duration_s[scene.of("/search")] += own_s
    noisy(scene)
    for line in scene.lines:
        if line.get("route") == "/search" or database_s is None:
            line["database_s"] = database_s
    scene.fail(scene.part(scene.between(0), 0.4), 503, 0.001)
    return scene


@pytest.mark.parametrize(("own_s", "expected"), [(1.5, "bad-route"), (0.2, None)])
def test_a_route_that_takes_far_longer_than_what_waits_beside_it_is_bad(
    gathered: Callable[[Scene], Facts], own_s: float, expected: str | None
) -> None:
    facts = gathered(queued(own_s=own_s))
    assert facts.blind
    cause = named(facts)
    assert (cause.fault, cause.target) == (expected, "GET /search" if expected else None)


def test_one_that_waits_for_the_database_so_long_is_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(queued(own_s=1.5, database_s=1.4)))
    assert (cause.component, cause.fault) == ("database", "slow-queries")


def test_a_jobs_statements_are_not_its_where_nobody_tells(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = queued(own_s=1.5, database_s=None)
    for at in np.arange(2.0, 118.0, 5.0).tolist():
        scene.statement(at, "select * from reports", 2.5)
    [found] = slow_queries.examine(gathered(scene))
    assert found.target is None


def test_its_statements_are_named_where_their_log_has_them(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = queued(own_s=1.5, database_s=None)
    for at in np.linspace(1.0, 118, 900).tolist():
        scene.statement(at, f"select id from bicycles where label like '{at:.2f}%'", 1.4)
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("slow-queries", "bicycles")
