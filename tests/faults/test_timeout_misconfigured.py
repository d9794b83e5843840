"""A balancer that gives up too early: at one duration that was harmless before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import timeout_misconfigured
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, reload

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

LIMIT_S = 0.06


def hasty(product: str = "haproxy", servers: tuple[str, ...] = FOUR) -> tuple[Scene, np.ndarray]:
    """A reload lowers a timeout to what a third of the requests need longer than."""
    scene = Scene(rate=40, product=product, servers=servers)
    late = scene.between(ONSET) & (scene.duration_s > LIMIT_S)
    return reload(scene), late


def test_failures_at_a_time_that_was_harmless_are_a_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, late = hasty()
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S + 0.001
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("timeout-misconfigured", "web")


def test_of_requests_that_are_tried_again_one_attempt_is_the_limit(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, late = hasty("nginx-access")
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, 2 * LIMIT_S
    for i in np.flatnonzero(late).tolist():
        scene.servers[i] = f"{scene.first[i]}, web-1"
        scene.statuses[i], scene.took[i] = "504, 504", f"{LIMIT_S:.3f}, {LIMIT_S:.3f}"
    scene.retried[late] = True
    facts = gathered(scene)
    assert outcomes(timeout_misconfigured, facts)["as long was harmless before"] == "for"
    assert claims(timeout_misconfigured, facts) == ["web"]


def test_where_only_some_requests_are_tried_again_failures_pile_up_at_multiples(
    gathered: Callable[[Scene], Facts],
) -> None:
    """What isn't idempotent is given up once, the rest twice; nothing tells of the reload."""
    scene, late = hasty("nginx-access")
    scene.lines = [line for line in scene.lines if line["role"] != "balancer"]
    noisy(scene)
    again = scene.part(late, 0.55)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S
    scene.duration_s[again], scene.retried[again] = 2 * LIMIT_S, True
    for i in np.flatnonzero(late).tolist():
        tries = 2 if again[i] else 1
        scene.servers[i] = ", ".join([str(scene.first[i]), "web-1"][:tries])
        scene.statuses[i] = ", ".join(["504"] * tries)
        scene.took[i] = ", ".join([f"{LIMIT_S:.3f}"] * tries)
    facts = gathered(scene)
    assert outcomes(timeout_misconfigured, facts)["failures at one duration"] == "for"
    assert (named(facts).fault, named(facts).target) == ("timeout-misconfigured", "web")


def test_an_application_that_answers_errors_quickly_is_no_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, late = hasty()
    scene.status[late], scene.duration_s[late] = 500, LIMIT_S
    assert timeout_misconfigured.examine(gathered(noisy(scene))) == []


def test_refusals_while_all_servers_are_ejected_hide_no_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    """nginx gives up on all of its servers, and answers the next requests without any."""
    scene, late = hasty("nginx-access", tuple(f"{name}:8080" for name in FOUR))
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S
    ejected = scene.part(scene.between(ONSET + 1) & ~late, 0.7)
    scene.fail(ejected, 502, 0.0)
    scene.server[ejected] = scene.first[ejected] = None
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("timeout-misconfigured", "web")


def queued(longest_s: float) -> Scene:
    """Requests wait for a place on a server, up to a moment; then 10 ms are enough to give up."""
    scene = Scene(rate=40)
    scene.queue_s = scene.rng.uniform(0.0, longest_s, len(scene))
    late = scene.part(scene.between(ONSET), 0.12)
    scene.queue_s[late] = 0.011
    scene.fail(late, 503)
    scene.duration_s[late] = 0.011
    scene.termination[late] = "sQ--"
    scene.server[late] = scene.first[late] = ""
    return noisy(reload(scene))


def test_a_queue_that_is_given_up_sooner_than_before_is_a_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(queued(0.08)))
    assert (cause.fault, cause.target) == ("timeout-misconfigured", "web")


def test_who_was_turned_away_from_the_queue_was_not_given_up_on_by_a_server(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Requests took longer than the queue's timeout before, but on servers."""
    scene = queued(0.002)
    scene.slow(scene.termination == "", 4.0)
    facts = gathered(scene)
    assert claims(timeout_misconfigured, facts) == []
    assert named(facts).fault == "capacity-limit"


def test_a_queue_that_nobody_waited_so_long_in_before_is_a_limit(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert named(gathered(queued(0.002))).fault == "capacity-limit"


def untimed() -> Scene:
    """An access log with statuses alone, beside applications that served all of it as before."""
    scene, late = hasty()
    noisy(scene)
    scene.status[late] = 504
    scene.duration_s[:] = np.nan
    return scene


def test_without_times_the_status_and_the_applications_tell(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(untimed())
    assert outcomes(timeout_misconfigured, facts)["failures are time-outs"] == "for"
    assert claims(timeout_misconfigured, facts) == ["web"]


def test_nor_do_they_where_an_instance_fails_what_it_ends(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = untimed()
    for line in scene.lines:
        if line.get("instance") == "web-4" and line["said_at"] > ONSET and line["said_at"] % 2 < 1:
            line["status"] = 500
    facts = gathered(scene)
    assert outcomes(timeout_misconfigured, facts)["an instance is ill"] == "against"
    assert claims(timeout_misconfigured, facts) == []


def test_without_times_what_the_applications_have_no_line_of_is_no_timeout(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = untimed()
    scene.lines = [
        line for i, line in enumerate(scene.lines)
        if line["role"] != "application" or line["said_at"] < ONSET or i % 3
    ]  # fmt: skip
    assert timeout_misconfigured.examine(gathered(scene)) == []


def test_where_no_pool_has_a_name_it_is_that_of_the_servers_given_up_on(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, late = hasty(servers=("api-1", "api-2", "web-1", "web-2"))
    scene.route[scene.on("api-1", "api-2")] = "/api"
    scene.pool[:] = ""
    late &= scene.on("web-1", "web-2")
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S + 0.001
    assert claims(timeout_misconfigured, gathered(scene)) == ["web-1"]


def test_one_instance_that_is_ill_beside_it_does_not_make_the_application_slow(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, late = hasty()
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S + 0.001
    ill = scene.part(scene.between(ONSET) & scene.on("web-4") & ~late, 0.6)
    for line in scene.lines:
        if line.get("instance") == "web-4" and line["said_at"] > ONSET and line["said_at"] % 2 < 1:
            line["status"] = 500
    scene.fail(ill, 500, 0.01)
    facts = gathered(scene)
    assert outcomes(timeout_misconfigured, facts)["the application completes them"] == "for"


@pytest.mark.parametrize(
    ("full", "again", "named_so"),
    [(False, False, True), (True, False, False), (True, True, True)],
)
def test_where_nobody_saw_it_begin_a_limit_that_was_raised_may_have_been_right(
    gathered: Callable[[Scene], Facts], full: bool, again: bool, named_so: bool
) -> None:
    """A limit is raised at the end: it was too low, or for what has become slow and stays so."""
    scene = Scene(rate=40, product="nginx-access" if again else "haproxy")
    late = scene.between(0, 70) & (scene.duration_s > LIMIT_S)
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S + 0.001
    if again:
        scene.retry(scene.part(scene.between(0, 70) & ~late & scene.on("web-2"), 0.2), "web-1", 502)
    for at in np.linspace(1, 69, 120 if full else 0).tolist():
        message = "all workers busy, backlog at 40: turning away /cart"
        scene.say("application", at, message, level="warning", instance="web-2")
    facts = gathered(scene)
    assert facts.begun_before
    assert not facts.blind
    assert (named(facts).fault == "timeout-misconfigured") == named_so
