"""A route that keeps all workers, so that every route is slow; and what looks like it and isn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from logsleuth.faults import bad_instance, bad_route, slow_queries
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults.scenes import ONSET, claims, named, outcomes, standing, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

SEARCH: Final = "GET /search"
ITSELF: Final = "one route takes longer by itself"


def asked(times: float = 1.0) -> Scene:
    """Traffic that keeps workers busy half of the time, and so many times as much of it later."""
    scene = Scene(rate=24 * (1 + times) / 2, median_s=0.08)
    late = scene.rng.uniform(size=len(scene)) < times / (1 + times)
    at = np.where(late, ONSET, 0.0) + scene.rng.uniform(0.0, ONSET, len(scene))
    scene.started = BEGIN + np.sort(at)
    return scene


def queued(scene: Scene) -> Array:
    """Let each server do one request after the other; its own part of the time is returned."""
    work: Array = scene.duration_s.copy()
    for server in np.unique(scene.server.astype(str)).tolist():
        free = 0.0
        for i in np.flatnonzero(scene.on(server)).tolist():
            free = max(free, float(scene.started[i])) + float(work[i])
            scene.duration_s[i] = free - float(scene.started[i])
    return work


def told(scene: Scene, database_s: Array | None = None, *, log: bool = True) -> Scene:
    """Let the applications tell of it, with their database times, and the database that it runs."""
    scene.applications()
    for line in scene.lines:
        line.pop("database_s", None)
    if database_s is not None:
        for line, took in zip(scene.lines, database_s.tolist(), strict=True):
            line["database_s"] = took
    if log:
        scene.checkpoints()
    return scene


def blocked(flags: Array | None = None) -> tuple[Scene, Array]:
    scene = asked()
    chosen = scene.between(ONSET) & scene.of("/search")
    scene.slow(chosen if flags is None else chosen & flags, 10.0)
    return scene, queued(scene)


def test_a_route_that_all_others_wait_for_is_named(gathered: Callable[[Scene], Facts]) -> None:
    scene, work = blocked()
    cause = named(gathered(told(scene, np.minimum(0.3 * work, 0.02))))
    assert (cause.fault, cause.target) == ("bad-route", SEARCH)
    assert cause.confidence > 0.9


def test_beside_a_database_that_times_nothing_it_is_named_with_doubt(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(told(blocked()[0])))
    assert (cause.fault, cause.target) == ("bad-route", SEARCH)
    assert cause.confidence < 0.8


def test_where_nobody_tells_of_the_database_both_stand_and_the_route_first(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(told(blocked()[0], log=False))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-route", SEARCH)
    assert cause.confidence < 0.7
    scores = {s.finding.fault: s.score for s in standing(facts)}
    assert min(scores["bad-route"], scores["slow-queries"]) > 2.0
    assert statuses(facts)["database"] != "ruled-out"


def test_where_only_the_applications_tell_it_the_database_is_named_with_doubt(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, work = blocked()
    facts = gathered(told(scene, 0.9 * work, log=False))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("slow-queries", None)
    assert cause.confidence <= 0.85
    assert outcomes(slow_queries, facts)["the applications' own account"] == "for"
    assert outcomes(slow_queries, facts)["no statement is told"] == "against"


def test_where_applications_tell_of_locks_statements_are_not_blamed(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, work = blocked()
    told(scene, 0.9 * work, log=False)
    for at in np.arange(ONSET + 1.0, ONSET + 20.0, 2.0).tolist():
        scene.say("application", at, "canceling statement due to lock timeout", instance="web-1")
    facts = gathered(scene)
    assert outcomes(slow_queries, facts)["it was something else in the database"] == "against"
    assert claims(slow_queries, facts) == []


def test_a_route_whose_time_the_application_spent_on_the_database_is_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, work = blocked()
    assert claims(bad_route, gathered(told(scene, 0.9 * work))) == []


def test_a_route_whose_statements_are_slow_is_the_databases(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, work = blocked()
    waiting = scene.between(ONSET) & scene.of("/search")
    told(scene)
    for at, took in zip(scene.started[waiting], work[waiting], strict=True):
        began = float(at - BEGIN)
        scene.statement(began, f"select id from bicycles where n = {began:.2f}", float(took))
    facts = gathered(scene)
    assert claims(bad_route, facts) == []
    assert outcomes(slow_queries, facts)["one route waits for it everywhere"] == "for"
    assert named(facts).fault == "slow-queries"


def test_a_job_with_long_statements_of_its_own_does_not_excuse_the_route(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, _ = blocked()
    told(scene)
    for at in np.arange(2.0, 118.0, 3.0).tolist():
        scene.statement(at, "select monthly_report()", 1.0 if at < ONSET else 9.0)
    assert claims(bad_route, gathered(scene)) == [SEARCH]


def test_a_route_that_waits_for_locks_is_not(gathered: Callable[[Scene], Facts]) -> None:
    scene, _ = blocked()
    told(scene)
    for at in np.linspace(ONSET, 110, 30).tolist():
        text = "process 71 still waiting for ShareLock on transaction 896 after 1000.1 ms"
        scene.say("database", at + 1.0, text, level="info")
    assert claims(bad_route, gathered(scene)) == []


def test_with_too_much_traffic_no_route_takes_longer_by_itself(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked(3.0)
    scene.slow(scene.of("/item"), 2.0)
    queued(scene)
    facts = gathered(told(scene))
    assert outcomes(bad_route, facts)["no route takes longer by itself"] == "against"
    assert claims(bad_route, facts) == []


def test_where_all_work_is_slower_no_route_stands_out(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked()
    scene.slow(scene.of("/item"), 2.0)
    scene.slow(scene.between(ONSET), 4.0)
    queued(scene)
    facts = gathered(told(scene))
    assert ITSELF not in outcomes(bad_route, facts)
    assert claims(bad_route, facts) == []


def test_a_route_that_is_slow_on_one_instance_only_is_not_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked()
    scene.slow(scene.between(ONSET) & scene.of("/search") & scene.on("web-2"), 15.0)
    queued(scene)
    assert claims(bad_route, gathered(told(scene))) == []


def test_an_instance_with_less_room_that_goes_under_first_is_not_to_blame(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked()
    scene.duration_s[scene.on("web-2")] *= 1.6
    scene.slow(scene.between(ONSET) & scene.of("/search"), 2.2)
    queued(scene)
    facts = gathered(told(scene))
    assert outcomes(bad_instance, facts)["a route is slower on every instance"] == "against"


def test_an_instance_that_is_slow_by_itself_makes_no_route_slower_everywhere(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked()
    scene.slow(scene.between(ONSET) & scene.on("web-2"), 12.0)
    queued(scene)
    facts = gathered(told(scene))
    assert "a route is slower on every instance" not in outcomes(bad_instance, facts)
    assert claims(bad_instance, facts) == ["web-2"]


def test_dear_requests_of_a_client_that_asks_often_are_not_the_routes(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = asked()
    dear = scene.part(scene.between(ONSET) & ~scene.of("/search"), 0.3)
    scene.route[dear], scene.client[dear] = "/search", "198.51.100.7"
    scene.slow(dear, 10.0)
    queued(scene)
    assert claims(bad_route, gathered(told(scene))) == []


@pytest.mark.parametrize(
    ("worth_s", "named_so"), [(2.0, "isn't in the evidence"), (0.1, "part of its time")]
)
def test_a_log_in_which_such_statements_have_no_line_clears_nothing(
    gathered: Callable[[Scene], Facts], worth_s: float, named_so: str
) -> None:
    """A job's lines show that the database times some; the route's may be too short for one."""
    scene, _ = blocked()
    for at in np.arange(3.0, scene.seconds, 8.0).tolist():
        scene.statement(at, "select * from reports", worth_s)
    found = outcomes(bad_route, gathered(told(scene)))
    assert [name for name in found if named_so in name]
