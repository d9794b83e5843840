"""Incidents of one server, and slight ones: what drowns in all requests, or in their times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses import alone, badness, incident
from tests.analyses.test_incident import found
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window


def found_alone(scene: Scene) -> Window | None:
    traffic = scene.traffic()
    return alone.find(traffic, badness.judge(traffic))


def flapping(scene: Scene) -> Scene:
    """A sick server that the balancer takes out after two seconds, and back after ten more."""
    for since in (60, 72, 84, 96, 108):
        scene.slow(scene.between(since, since + 2) & scene.on("web-2"), 20.0)
        out = scene.between(since + 2, since + 12) & scene.on("web-2")
        scene.give(out, {"web-1": 1, "web-3": 1, "web-4": 1})
    return scene


def test_a_server_that_is_taken_out_and_back_is_one_incident() -> None:
    scene = flapping(Scene())
    assert found(scene) is None
    window = found_alone(scene)
    assert window is not None
    assert window.onset - BEGIN == pytest.approx(60, abs=2)
    assert window.stop - BEGIN > 105


@pytest.mark.parametrize("seed", range(5))
def test_chance_makes_no_incident_of_one_server(seed: int) -> None:
    scene = Scene(300, 40, seed=seed)
    scene.slow(scene.part(scene.between(0), 0.01), 20.0)
    scene.fail(scene.part(scene.between(0), 0.005), 500)
    assert found_alone(scene) is None


def test_a_moments_hiccup_of_one_server_is_none() -> None:
    scene = Scene(rate=60)
    scene.slow(scene.between(60, 64) & scene.on("web-2"), 20.0)
    assert found_alone(scene) is None


def ill(scene: Scene, seconds: float, others: float = 0.0) -> Scene:
    """One server is slow; a third of its requests are saved elsewhere, and a part of all others."""
    sick = scene.between(60, 60 + seconds)
    scene.slow(sick & scene.on("web-2"), 20.0)
    scene.retry(scene.part(sick & scene.on("web-2"), 0.3), "web-1")
    scene.slow(scene.part(sick & ~scene.on("web-2"), others), 20.0)
    return scene


def test_a_server_that_serves_next_to_nothing_well_for_seconds_is_one_incident() -> None:
    scene = ill(Scene(rate=20, servers=[f"web-{i}" for i in range(5)]), 8.0)
    window = found_alone(scene)
    assert window is not None
    assert window.onset - BEGIN == pytest.approx(60, abs=1)


@pytest.mark.parametrize(("seconds", "others"), [(4.0, 0.0), (8.0, 0.3)])
def test_neither_is_a_shorter_spell_of_it_nor_one_that_others_share(
    seconds: float, others: float
) -> None:
    scene = ill(Scene(rate=20, servers=[f"web-{i}" for i in range(5)]), seconds, others)
    assert found_alone(scene) is None


def slightly(scene: Scene) -> Window | None:
    traffic = scene.traffic()
    return incident.lasting(traffic, badness.judge(traffic, badness.SLIGHT))


def test_slight_slowness_that_lasts_is_an_incident() -> None:
    scene = Scene(rate=40, median_s=0.2)
    scene.slow(scene.between(70), 1.7)
    assert found(scene) is None
    window = slightly(scene)
    assert window is not None
    assert window.onset - BEGIN == pytest.approx(70, abs=4)
    assert window.ended is None


def test_what_all_wait_a_tenth_of_a_second_longer_for_is_noticed() -> None:
    """The median grows by more than half, the longest times by less."""
    scene = Scene(rate=40, median_s=0.2)
    scene.duration_s[scene.between(70)] += 0.15
    assert found(scene) is None
    window = slightly(scene)
    assert window is not None
    assert window.onset - BEGIN == pytest.approx(70, abs=4)


def test_slight_slowness_of_a_moment_is_none() -> None:
    scene = Scene(rate=40, median_s=0.2)
    scene.slow(scene.between(70, 76), 1.7)
    assert slightly(scene) is None


@pytest.mark.parametrize("seed", range(5))
def test_chance_makes_no_slight_slowness(seed: int) -> None:
    assert slightly(Scene(300, 40, median_s=0.2, seed=seed)) is None


def test_a_server_that_fails_from_first_to_last_is_an_incident_without_a_baseline() -> None:
    scene = Scene(rate=40, servers=[f"web-{i}" for i in range(8)])
    scene.fail(scene.part(scene.on("web-3"), 0.4), 500)
    traffic = scene.traffic()
    window = alone.find(traffic, badness.judge(traffic))
    assert window is not None
    assert (window.measure, window.ended) == ("failures", None)
    assert window.baseline.seconds == 0
    assert window.onset == traffic.since


@pytest.mark.parametrize(("sick", "everywhere"), [(0.1, 0.0), (0.4, 0.08)])
def test_what_all_servers_fail_a_little_is_no_incident_of_one(
    sick: float, everywhere: float
) -> None:
    scene = Scene(rate=40, servers=[f"web-{i}" for i in range(8)])
    scene.fail(scene.part(scene.on("web-3"), sick), 500)
    scene.fail(scene.part(scene.between(0), everywhere), 500)
    traffic = scene.traffic()
    assert alone.find(traffic, badness.judge(traffic)) is None


def short_of_before(share: float) -> Scene:
    """Six seconds of calm, and then one request in so many fails to the end of the evidence."""
    scene = Scene(seconds=40, rate=40)
    scene.fail(scene.part(scene.between(6), share), 500, 0.02)
    return scene


def test_next_to_a_short_calm_what_fails_one_in_fifteen_is_an_incident() -> None:
    scene = short_of_before(0.065)
    traffic = scene.traffic()
    found = incident.find(traffic, badness.judge(traffic))
    assert found is not None
    assert found.ended is None
    assert abs(found.onset - BEGIN - 6) < 2.0


def test_what_fails_as_little_as_on_any_day_is_not() -> None:
    for seed in range(20):
        scene = Scene(seconds=40, rate=40, seed=seed)
        scene.fail(scene.part(scene.between(0), 0.01), 500, 0.02)
        traffic = scene.traffic()
        assert incident.find(traffic, badness.judge(traffic)) is None


def steadily(share: float, clients: int = 40) -> Scene:
    """One route of four fails such a part of its requests from the first line to the last."""
    scene = Scene(rate=40, clients=clients)
    scene.fail(scene.part(scene.of("/cart"), share), 504, 0.06)
    return scene


def test_a_route_that_fails_from_first_to_last_is_an_incident_without_a_baseline() -> None:
    scene = steadily(0.15)
    window = found_alone(scene)
    assert window is not None
    assert (window.measure, window.ended, window.baseline.seconds) == ("failures", None, 0)
    assert found(scene) is None


def test_one_that_fails_less_is_none_but_no_calm_either() -> None:
    scene = steadily(0.06)
    assert found_alone(scene) is None
    traffic = scene.traffic()
    told = alone.chronic(traffic, badness.judge(traffic))
    assert told is not None
    assert "/cart failed in" in told


@pytest.mark.parametrize("seed", range(5))
def test_what_fails_now_and_then_on_any_route_is_neither(seed: int) -> None:
    scene = Scene(300, 40, seed=seed)
    scene.fail(scene.part(scene.between(0), 0.01), 500)
    traffic = scene.traffic()
    assert found_alone(scene) is None
    assert alone.chronic(traffic, badness.judge(traffic)) is None


def test_what_fails_for_one_client_alone_is_no_routes_incident() -> None:
    scene = Scene(rate=40)
    scene.fail(scene.of("/cart") & (scene.client == "192.0.2.7"), 500, 0.06)
    scene.client[scene.part(scene.of("/cart"), 0.5)] = "192.0.2.7"
    assert found_alone(scene) is None


def test_a_route_that_fails_for_seconds_drowns_in_what_all_others_do_well() -> None:
    scene = Scene(seconds=40, rate=60, routes=[f"/r{n}" for n in range(8)])
    scene.fail(scene.part(scene.between(0), 0.012), 500)
    scene.fail(scene.part(scene.between(25, 38) & scene.of("/r3"), 0.28), 500)
    assert found(scene) is None
    window = found_alone(scene)
    assert window is not None
    assert window.onset - BEGIN == pytest.approx(25, abs=2)


def turned_away(part: float) -> Scene:
    """The balancer answers some requests itself, with 503, from the first line to the last."""
    scene = Scene(rate=40, product="nginx-access")
    away = scene.part(scene.between(0), part)
    scene.fail(away, 503, 0.0)
    scene.server[away] = scene.first[away] = ""
    return scene


def test_what_the_balancer_turns_away_from_first_to_last_is_an_incident() -> None:
    window = found_alone(turned_away(0.04))
    assert window is not None
    assert (window.measure, window.baseline.seconds) == ("failures", 0)
    assert found_alone(turned_away(0.003)) is None


def test_what_fails_a_little_everywhere_is_no_calm() -> None:
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(0), 0.03), 500)
    traffic = scene.traffic()
    told = alone.chronic(traffic, badness.judge(traffic))
    assert told is not None
    assert "were not answered" in told
