"""What would have shown if a component were guilty: each check can speak against it, and not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import exoneration
from tests.analyses.traffic_builder import FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Check


def outcome(check: Check | None) -> str:
    assert check is not None
    assert check.explanation
    return check.outcome


def one_bad_server(rate: float = 25.0) -> Scene:
    scene = Scene(rate=rate)
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.6))
    return scene


def all_bad(share: float = 0.5) -> Scene:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), share))
    return scene


# Servers that share a suspect and are well.


def test_spared_servers_speak_against_what_they_share(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(one_bad_server())
    check = exoneration.negative_control(facts)
    assert outcome(check) == "against"
    assert check is not None
    assert check.interval is not None
    assert check.margin is not None
    assert check.interval.high <= check.margin.high
    assert exoneration.spared_servers(facts) == ["web-1", "web-3", "web-4"]


def test_where_no_server_was_spared_there_is_no_control(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(all_bad())
    assert exoneration.negative_control(facts) is None
    assert exoneration.spared_servers(facts) == []


def test_servers_that_got_somewhat_worse_are_no_control(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    scene.fail(scene.between(60) & scene.on("web-2"))
    scene.fail(scene.part(scene.between(60) & scene.on("web-1", "web-3", "web-4"), 0.06))
    assert outcome(exoneration.negative_control(gathered(scene))) == "neutral"


def test_servers_on_which_a_route_takes_longer_as_well_are_no_control(
    gathered: Callable[[Scene], Facts],
) -> None:
    """One server goes badly, with less room, of what a slow route does to all of them."""
    scene = Scene(rate=40)
    scene.slow(scene.between(60) & scene.of("/search"), 1.8)
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.4), 503, 1.0)
    scene.applications()
    check = exoneration.negative_control(gathered(scene))
    assert outcome(check) == "neutral"
    assert check is not None
    assert "GET /search took longer on them as well" in check.explanation


def test_a_few_requests_on_spared_servers_are_no_control(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(servers=("web-1", "web-2"))
    scene.give(scene.between(60), {"web-1": 1, "web-2": 25})
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.9))
    assert exoneration.negative_control(gathered(scene)) is None


# The database's own log.


def with_statements(scene: Scene, before: int, during: int) -> Scene:
    for at in [*np.linspace(2, 58, before).tolist(), *np.linspace(62, 118, during).tolist()]:
        scene.statement(at, "select * from report where month = 3", 0.8)
    return scene


@pytest.mark.parametrize(
    ("before", "during", "says"), [(20, 20, "against"), (40, 5, "against"), (10, 60, "neutral")]
)
def test_slow_statements_as_often_as_before_speak_for_the_database(
    gathered: Callable[[Scene], Facts], before: int, during: int, says: str
) -> None:
    facts = gathered(with_statements(one_bad_server(), before, during))
    assert outcome(exoneration.statements_as_before(facts)) == says


def test_statements_as_many_but_far_longer_are_not_as_before(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    for at in np.linspace(2, 118, 60).tolist():
        scene.statement(at, "select * from carts where id = 3", 0.3 if at < 60 else 6.0)
    assert outcome(exoneration.statements_as_before(gathered(scene))) == "neutral"


def test_without_timed_statements_they_say_nothing(gathered: Callable[[Scene], Facts]) -> None:
    scene = one_bad_server()
    scene.checkpoints()
    assert exoneration.statements_as_before(gathered(scene)) is None


def test_a_database_that_says_nothing_bad_is_not_accused(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    scene.checkpoints()
    assert outcome(exoneration.no_direct_lines(gathered(scene))) == "against"


@pytest.mark.parametrize(
    ("role", "text", "times"),
    [
        ("database", "received fast shutdown request", 1),
        ("database", "sorry, too many clients already", 1),
        ("database", "process 7 still waiting for ShareLock on transaction 9 after 1000 ms", 20),
        ("database", "canceling statement due to statement timeout", 20),
        ("application", "server closed the connection unexpectedly", 1),
        ("application", "FATAL:  sorry, too many clients already", 1),
    ],
)
def test_a_line_that_accuses_the_database_counts_for_its_guilt(
    gathered: Callable[[Scene], Facts], role: str, text: str, times: int
) -> None:
    scene = one_bad_server()
    scene.checkpoints()
    for at in np.linspace(62, 110, times).tolist():
        scene.say(role, at, text)
    check = exoneration.no_direct_lines(gathered(scene))
    assert outcome(check) == "for"
    assert check is not None
    assert check.evidence


def test_locks_as_often_as_before_accuse_nobody(gathered: Callable[[Scene], Facts]) -> None:
    scene = one_bad_server()
    for at in np.linspace(2, 118, 12).tolist():
        scene.say("database", at, "deadlock detected")
    assert outcome(exoneration.no_direct_lines(gathered(scene))) == "against"


def test_a_silent_database_cannot_be_acquitted_by_its_silence(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert exoneration.no_direct_lines(gathered(one_bad_server())) is None


# Database time, as spared instances measured it.


def test_database_time_as_before_on_spared_instances_speaks_for_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    scene.applications()
    check = exoneration.database_time_equal(gathered(scene))
    assert outcome(check) == "against"
    assert check is not None
    assert "web-2" not in check.explanation


def test_longer_database_time_on_well_instances_does_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    scene.slow(scene.between(60) & scene.on("web-1"), 1.8)
    scene.applications()
    assert outcome(exoneration.database_time_equal(gathered(scene))) == "neutral"


def test_without_well_instances_database_time_is_not_asked(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = all_bad()
    scene.applications()
    assert exoneration.database_time_equal(gathered(scene)) is None


# The balancer.


def test_shares_that_stayed_speak_for_the_balancer(gathered: Callable[[Scene], Facts]) -> None:
    assert outcome(exoneration.shares_as_before(gathered(one_bad_server()))) == "against"


@pytest.mark.parametrize(
    "weights",
    [
        {"web-1": 4, "web-2": 2, "web-3": 1, "web-4": 1},
        {"web-1": 1, "web-2": 1, "web-3": 1},
        {**dict.fromkeys(FOUR, 1), "web-5": 0.2},
    ],
    ids=["moved", "gone", "new"],
)
def test_shares_that_moved_do_not(
    gathered: Callable[[Scene], Facts], weights: dict[str, float]
) -> None:
    scene = Scene(rate=50)
    scene.give(scene.between(60), weights)
    scene.fail(scene.part(scene.between(60), 0.5))
    assert outcome(exoneration.shares_as_before(gathered(scene))) == "neutral"


def test_a_balancer_that_nobody_touched_is_undisturbed(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert outcome(exoneration.balancer_undisturbed(gathered(all_bad()))) == "against"


@pytest.mark.parametrize(
    ("at", "text", "says"),
    [
        (59.0, "New worker (1) forked", "neutral"),
        (61.0, "Server web/web-1 is DOWN, reason: Layer4 timeout", "neutral"),
        (90.0, "limiting requests, excess: 20.5 by zone", "neutral"),
        (20.0, "New worker (1) forked", "against"),
    ],
)
def test_what_was_done_around_the_onset_disturbs_it(
    gathered: Callable[[Scene], Facts], at: float, text: str, says: str
) -> None:
    scene = all_bad()
    scene.say("balancer", at, text, server="web-1")
    assert outcome(exoneration.balancer_undisturbed(gathered(scene))) == says


def test_a_route_in_another_pool_disturbs_it(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(servers=("web-1", "web-2", "api-1", "api-2"))
    api = scene.on("api-1", "api-2")
    scene.pool[api], scene.route[api] = "api", "/api"
    strays = scene.between(60) & api
    scene.pool[strays] = "web"
    scene.fail(strays, 404)
    assert outcome(exoneration.balancer_undisturbed(gathered(scene))) == "neutral"


# The clients.


def test_traffic_as_before_speaks_for_the_clients(gathered: Callable[[Scene], Facts]) -> None:
    assert outcome(exoneration.traffic_as_before(gathered(all_bad()))) == "against"


def test_twice_the_traffic_does_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=40)
    at = scene.started
    scene.started = np.sort(np.where(scene.rng.uniform(size=len(at)) < 0.4,
                                     at[0] + (at - at[0]) / 2 + 60, at))  # fmt: skip
    scene.fail(scene.part(scene.between(60), 0.5))
    assert outcome(exoneration.traffic_as_before(gathered(scene))) == "neutral"


def test_one_client_that_makes_a_third_of_it_does_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = all_bad()
    scene.client[scene.part(scene.between(60), 0.33)] = "198.51.100.7"
    assert outcome(exoneration.traffic_as_before(gathered(scene))) == "neutral"


# Times of spared servers.


def test_spared_servers_as_fast_as_before_speak_for_what_they_share(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(one_bad_server(50))
    check = exoneration.latency_equal(facts, exoneration.spared_servers(facts))
    assert outcome(check) == "against"


def test_spared_servers_that_got_slower_do_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = one_bad_server()
    scene.slow(scene.between(60), 1.5)
    facts = gathered(scene)
    assert outcome(exoneration.latency_equal(facts, ["web-1", "web-3"])) == "neutral"
    assert exoneration.latency_equal(facts, []) is None


# What never reached the applications.


def turned_away() -> Scene:
    scene = Scene(rate=60)
    scene.fail(scene.part(scene.between(60), 0.3), 503, 0.001)
    scene.termination[scene.status == 503] = "sQ--"
    return scene


def served(facts: Facts) -> Check | None:
    return exoneration.served_as_before(facts, exoneration.database_time_equal(facts))


def test_an_instance_that_does_not_tell_its_waits_clears_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = turned_away()
    scene.applications()
    for line in scene.lines:
        if line.get("instance") == "web-2":
            line["database_s"] = None
    assert served(gathered(scene)) is None


def test_applications_that_serve_as_before_clear_what_is_behind_them(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = turned_away()
    scene.applications()
    assert outcome(served(gathered(scene))) == "against"


def test_where_requests_are_slow_their_medians_clear_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = turned_away()
    scene.slow(scene.part(scene.between(60), 0.2), 20.0)
    scene.applications()
    assert served(gathered(scene)) is None


def test_applications_that_went_silent_clear_nobody(gathered: Callable[[Scene], Facts]) -> None:
    scene = turned_away()
    scene.applications()
    kept = [n for n, line in enumerate(scene.lines) if line["said_at"] < 60 or n % 4 == 0]
    scene.lines = [scene.lines[n] for n in kept]
    assert served(gathered(scene)) is None


def test_an_instance_that_fails_clears_nobody(gathered: Callable[[Scene], Facts]) -> None:
    scene = turned_away()
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.2), 500, 0.01)
    scene.applications()
    check = served(gathered(scene))
    assert check is None or check.outcome == "neutral"
