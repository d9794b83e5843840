"""A route that is bad by itself, beside others that wait for it, a scanner's, and a release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.concentration import by_route
from logsleuth.faults import bad_release, bad_route
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, rewritten_route

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def failing(share: float = 0.7) -> Scene:
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET) & scene.of("/search"), share), 500, 0.04)
    return scene


def test_a_route_that_fails_on_every_server_is_named(gathered: Callable[[Scene], Facts]) -> None:
    cause = named(gathered(noisy(failing())))
    assert (cause.fault, cause.target) == ("bad-route", "GET /search")


def test_a_rare_route_has_not_the_harm_where_the_others_fare_as_badly_as_before(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Of what is above a bad baseline it may have all, and still be next to nothing of it."""
    facts = gathered(failing())
    worst = by_route(facts)
    assert worst is not None
    assert bad_route.held_by_route("bad-route", facts, worst).weight > 0
    rare = replace(worst, requests=9, rate=0.44, others_rate=0.1, excess_share=1.0)
    assert bad_route.held_by_route("bad-route", facts, rare).weight < 0


def test_a_bad_route_is_doubted_where_nobody_would_tell_of_a_release(
    gathered: Callable[[Scene], Facts],
) -> None:
    alone = gathered(failing())
    cause = named(alone)
    assert (cause.fault, cause.target) == ("bad-route", "GET /search")
    assert cause.confidence <= 0.7
    assert claims(bad_release, alone) == []
    assert outcomes(bad_release, alone)["nobody would tell of a deploy"] == "for"


def test_a_route_that_throws_and_blocks_the_others_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.slow(scene.between(ONSET), 20.0)
    scene.fail(scene.part(scene.between(ONSET), 0.2), 504, 2.0)
    scene.fail(scene.part(scene.between(ONSET) & scene.of("/search"), 0.3), 500, 1.0)
    facts = gathered(noisy(scene))
    assert outcomes(bad_route, facts)["one route has the errors"] == "for"
    assert claims(bad_route, facts) == ["GET /search"]


def test_a_route_that_the_application_is_never_asked_for_is_not_bad(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(rewritten_route())
    assert outcomes(bad_route, facts)["the application gets another path"] == "against"
    cause = named(facts)
    assert (cause.component, cause.fault) == ("balancer", "misrouted")


def test_a_route_that_is_refused_as_it_was_asked_for_stays_bad(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    scene.fail(scene.between(ONSET) & scene.of("/search"), 404, 0.003)
    facts = gathered(noisy(scene))
    assert "the application gets another path" not in outcomes(bad_route, facts)
    assert claims(bad_route, facts) == ["GET /search"]


def test_the_refusals_of_one_client_are_no_bad_route(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=40)
    probing = scene.part(scene.between(ONSET), 0.4)
    scene.client[probing], scene.route[probing] = "198.51.100.7", "/item"
    scene.fail(scene.part(probing, 0.9), 404, 0.003)
    facts = gathered(noisy(scene))
    assert outcomes(bad_route, facts)["one client has the harm"] == "against"
    assert claims(bad_route, facts) == []


def test_a_release_that_served_well_before_does_not_excuse_the_route(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = noisy(failing())
    for server, at in zip(FOUR, np.arange(30.0, 50.0, 5.0).tolist(), strict=True):
        scene.say("application", at, "starting version 2.4.0", instance=server, level="info")
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("bad-route", "GET /search")


def test_by_the_balancers_log_alone_a_slow_route_is_named_with_doubt(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.slow(scene.between(ONSET) & scene.of("/search"), 15.0)
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("bad-route", "GET /search")
    assert cause.confidence <= 0.7


def test_exceptions_of_its_own_excuse_it_for_no_locks_of_somebody_else(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = failing()
    for i in np.flatnonzero(scene.status == 500).tolist():
        at = float(scene.started[i]) - BEGIN
        scene.say("application", at, "failed\nKeyError: 'total'", instance=str(scene.first[i]))
    for at in np.arange(ONSET - 1.0, ONSET + 20.0, 4.0).tolist():
        scene.say("database", at, "deadlock detected\nUPDATE job_state SET n = 1", level="error")
    facts = gathered(noisy(scene))
    assert "the database is not as before" not in outcomes(bad_route, facts)
    assert (named(facts).fault, named(facts).target) == ("bad-route", "GET /search")


@pytest.mark.parametrize("own", [True, False])
def test_exceptions_of_its_own_tell_what_it_waits_for_where_no_log_of_a_database_does(
    gathered: Callable[[Scene], Facts], own: bool
) -> None:
    scene = Scene(rate=30)
    scene.slow(scene.between(ONSET), 20.0)
    scene.fail(scene.part(scene.between(ONSET), 0.2), 504, 2.0)
    scene.fail(scene.part(scene.between(ONSET) & scene.of("/search"), 0.3), 500, 1.0)
    thrown = "KeyError: 'total'" if own else "OperationalError: server closed the connection"
    for i in np.flatnonzero(scene.status == 500).tolist():
        at = float(scene.started[i]) - BEGIN
        scene.say("application", at, f"failed\n{thrown}", instance=str(scene.first[i]))
    facts = gathered(scene)
    unseen = outcomes(bad_route, facts).get("what it waits for isn't in the evidence")
    assert (unseen == "against") == (not own)
