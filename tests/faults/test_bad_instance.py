"""One instance that is ill, and instances that are only unlucky."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import bad_instance, skewed_selection
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults import scenes
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

ADDRESSES = tuple(f"10.0.0.{n}:8080" for n in range(1, 5))


def test_an_instance_that_fails_is_named_and_all_else_ruled_out(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.bad_server())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("application", "bad-instance", "web-2")
    assert statuses(facts) == {
        "balancer": "ruled-out",
        "application": "implicated",
        "database": "ruled-out",
        "client": "ruled-out",
    }


def test_an_instance_that_is_slow_is_named(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.slow(scene.between(ONSET) & scene.on("web-3"), 8.0)
    cause = named(gathered(noisy(scene)))
    assert (cause.fault, cause.target) == ("bad-instance", "web-3")


def test_the_balancers_log_alone_is_enough(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.bad_server()
    scene.lines = []
    facts = gathered(scene)
    assert claims(bad_instance, facts) == ["web-2"]
    assert statuses(facts)["database"] == "no-evidence"


def test_an_instance_whose_failures_others_save_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(servers=ADDRESSES, product="nginx-access")
    hit = scene.between(ONSET) & scene.on(ADDRESSES[1])
    scene.retry(scene.part(hit, 0.9), ADDRESSES[0])
    scene.fail(scene.part(hit, 0.3), 502)
    assert claims(bad_instance, gathered(scene)) == [ADDRESSES[1]]


@pytest.mark.parametrize("saved", [True, False])
def test_equals_that_are_slower_by_the_work_of_the_ill_one_do_not_excuse_it(
    gathered: Callable[[Scene], Facts], saved: bool
) -> None:
    scene = Scene(servers=ADDRESSES, rate=40, product="nginx-access")
    scene.slow(scene.between(ONSET) & ~scene.on(ADDRESSES[0]), 1.5)
    ill = scene.between(ONSET) & scene.on(ADDRESSES[0])
    scene.slow(ill, 12.0)
    if saved:
        for number, other in enumerate(ADDRESSES[1:]):
            scene.retry(scene.part(ill, 0.9) & (np.arange(len(scene)) % 3 == number), other)
    told = outcomes(bad_instance, gathered(noisy(scene)))
    assert ("its equals got slower too" in told) is not saved
    assert told["worse than its equals"] == "for"


def test_an_instance_that_least_connections_prefers_for_its_quick_errors_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.eager_bad_server())
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", "web-2")
    assert statuses(facts)["database"] == "ruled-out"


def test_an_instance_that_runs_out_of_memory_says_so(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.bad_server()
    for at in range(62, 100, 4):
        scene.say("application", at, "MemoryError", instance="web-2")
    assert outcomes(bad_instance, gathered(scene))["one instance complains"] == "for"


def test_complaints_of_another_instance_say_nothing_of_this_one(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.bad_server()
    for at in range(62, 100, 4):
        scene.say("application", at, "MemoryError", instance="web-4")
    told = outcomes(bad_instance, gathered(scene))
    assert told.get("one instance complains", "neutral") != "for"


def test_an_overloaded_instance_is_not_ill(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(scenes.skewed())
    assert claims(bad_instance, facts) == []
    assert outcomes(bad_instance, facts)["no more load than before"] == "against"


def test_a_log_without_times_does_not_clear_a_larger_share(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.skewed()
    scene.duration_s[:] = float("nan")
    facts = gathered(scene)
    assert outcomes(bad_instance, facts)["no more load than before"] == "against"


@pytest.mark.parametrize("scene", [scenes.slow_statements, scenes.stopped, scenes.ejected])
def test_what_hits_all_instances_is_no_instances_fault(
    gathered: Callable[[Scene], Facts], scene: Callable[[], Scene]
) -> None:
    assert claims(bad_instance, gathered(scene())) == []


def test_an_instance_that_was_always_bad_did_not_begin_the_incident(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.on("web-2"), 0.3), 500)
    scene.fail(scene.part(scene.between(ONSET), 0.6), 500)
    assert claims(bad_instance, gathered(noisy(scene))) == []


def test_a_new_address_is_the_balancers_doing(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.reload(Scene(rate=30))
    scene.give(scene.between(ONSET) & scene.on("web-2"), {"web-9": 1})
    scene.unreachable(scene.between(ONSET) & scene.on("web-9"))
    facts = gathered(noisy(scene))
    assert outcomes(bad_instance, facts)["never seen before"] == "against"
    assert claims(bad_instance, facts) == []


def test_an_instance_that_died_and_was_given_up_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.died())
    assert claims(bad_instance, facts) == ["web-3"]
    assert outcomes(bad_instance, facts)["the balancer could not reach it"] == "for"


def hashed(log: bool) -> Scene:
    """A hash of the path gives each route a server of its own; one route's statements get slow."""
    scene = Scene()
    home = {"/home": 0, "/cart": 1, "/search": 2, "/item": 3}
    scene.server = np.array([FOUR[home[route]] for route in scene.route], dtype=object)
    scene.first = scene.server.copy()
    scene.configure(dict.fromkeys(FOUR, 1), "uri")
    scene.slow(scene.between(ONSET) & scene.of("/search"), 25.0)
    for at in np.linspace(ONSET - 0.2, 118, 200 if log else 0).tolist():
        scene.statement(at, f"select id from bicycles where label like '{at:.2f}%'", 1.2)
    scene.checkpoints()
    scene.applications()
    return scene


@pytest.mark.parametrize("log", [True, False], ids=["timed", "not timed"])
def test_a_server_that_serves_the_bad_route_alone_is_no_bad_instance(
    gathered: Callable[[Scene], Facts], log: bool
) -> None:
    assert claims(bad_instance, gathered(hashed(log))) == []


def test_servers_that_never_serve_the_bad_route_acquit_no_database(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert statuses(gathered(hashed(log=True)))["database"] != "ruled-out"


def test_nor_do_they_where_the_database_times_nothing(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert statuses(gathered(hashed(log=False)))["database"] != "ruled-out"


def test_what_another_server_saved_is_not_held_against_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    hit = scene.between(ONSET) & scene.on("web-2")
    saved = scene.part(hit, 0.5)
    scene.redispatch(saved, "web-1")
    scene.fail(hit & ~saved, 504, 3.0)
    assert set(claims(bad_instance, gathered(scene))) == {"web-2"}


def test_an_instance_that_is_taken_out_and_back_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    for since in (60, 75, 90, 105):
        scene.slow(scene.between(since, since + 2) & scene.on("web-2"), 20.0)
        out = scene.between(since + 2, since + 14) & scene.on("web-2")
        scene.give(out, {"web-1": 1, "web-3": 1, "web-4": 1})
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("bad-instance", "web-2")


def test_an_instance_whose_equals_do_badly_too_is_not_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.slow(scene.between(ONSET), 1.6)
    scene.slow(scene.between(ONSET) & scene.on("web-2"), 5.0)
    scene.slow(scene.part(scene.between(ONSET) & ~scene.on("web-2"), 0.12), 8.0)
    assert not claims(bad_instance, gathered(scene))


def test_an_instance_that_was_given_more_is_not_named(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=60)
    scene.give(scene.between(ONSET), {"web-1": 1.18, "web-2": 0.94, "web-3": 0.94, "web-4": 0.94})
    scene.slow(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.3), 8.0)
    assert not claims(bad_instance, gathered(scene))


def unnamed(ill: float) -> Scene:
    """No log tells which server a request was given to; the applications tell what became of it."""
    scene = Scene()
    scene.fail(scene.part(scene.between(60) & scene.on("web-3"), ill), 500, 0.3)
    scene.applications()
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    return scene


def test_where_no_log_names_servers_the_instances_own_lines_tell_who_is_ill(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(unnamed(0.7)))
    assert (cause.fault, cause.target) == ("bad-instance", "web-3")


def test_where_all_instances_fail_alike_none_is_ill(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.5), 500, 0.3)
    scene.applications()
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    assert claims(bad_instance, gathered(scene)) == []


def taken_out_and_back(rate: float) -> Scene:
    """One of three has half of the pool and fails; it is spared, and the others fill up."""
    scene = Scene(rate=60, servers=ADDRESSES[:3], product="nginx-access")
    usual = dict(zip(ADDRESSES, (1, 2, 1), strict=False))
    scene.give(scene.between(0), usual)
    ill = scene.between(ONSET)
    scene.give(ill, dict(zip(ADDRESSES, (6, 1, 6), strict=False)))
    scene.slow(ill, 6.0)
    scene.retry(scene.part(ill & scene.on(ADDRESSES[1]), rate), ADDRESSES[0])
    return noisy(scene)


def test_one_that_fails_and_is_spared_is_ill_not_the_full_ones(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(taken_out_and_back(0.3))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", ADDRESSES[1])
    assert outcomes(skewed_selection, facts)["a server that fails is passed over"] == "against"


def test_one_that_is_slow_as_well_is_so_though_its_equals_wait_for_its_part(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = taken_out_and_back(0.4)
    scene.slow(scene.between(ONSET) & scene.on(ADDRESSES[1]), 20.0)
    facts = gathered(scene)
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", ADDRESSES[1])
    assert outcomes(bad_instance, facts)["it fails, and its equals don't"] == "for"


def test_one_that_lost_its_part_without_failing_is_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(taken_out_and_back(0.0))
    assert claims(bad_instance, facts) == []
    assert "a server that fails is passed over" not in outcomes(skewed_selection, facts)


@pytest.mark.parametrize(("told", "expected"), [(1.0, ["web-2"]), (0.3, [])])
def test_one_of_whose_harm_most_has_no_server_is_not_named(
    gathered: Callable[[Scene], Facts], told: float, expected: list[str]
) -> None:
    """Other logs have lines of what was answered: of what was given up nobody knows the server."""
    scene = Scene(rate=40)
    ill = scene.part(scene.between(ONSET) & scene.on("web-2"), 0.6)
    scene.fail(ill, 504, 0.3)
    untold = ill & ~scene.part(ill, told)
    scene.server[untold] = scene.first[untold] = ""
    facts = gathered(scene)
    facts.__dict__["names_servers"] = False
    assert claims(bad_instance, facts) == expected
