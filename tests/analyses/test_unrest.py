"""What stirs without being an incident is told, and chance isn't."""

from __future__ import annotations

import pytest

from logsleuth.analyses import badness, incident, unrest
from tests.analyses.traffic_builder import BEGIN, Scene


def stirred(scene: Scene) -> unrest.Unrest | None:
    traffic = scene.traffic()
    return unrest.find(traffic, badness.judge(traffic), badness.judge(traffic, badness.SLIGHT))


@pytest.mark.parametrize("seed", range(8))
def test_chance_stirs_nothing(seed: int) -> None:
    scene = Scene(300, 40, median_s=0.2, seed=seed)
    scene.fail(scene.part(scene.between(0), 0.004), 500)
    assert stirred(scene) is None


def test_a_short_spell_of_slowness_stirs() -> None:
    scene = Scene(rate=40)
    scene.slow(scene.part(scene.between(60, 62), 0.4), 10.0)
    traffic = scene.traffic()
    assert incident.find(traffic, badness.judge(traffic)) is None
    found = stirred(scene)
    assert found is not None
    assert found.measure == "latency"
    assert found.since - BEGIN == pytest.approx(60, abs=1)
    assert found.rate > 0.2 > found.usual


def test_what_stirred_is_told_in_words() -> None:
    said = unrest.Unrest("failures", 1_772_000_000.0, 1_772_000_020.0, 0.021, 0.003).told
    assert "2.1% of the requests failed, 0.3% otherwise" in said


def test_no_requests_stir_nothing() -> None:
    scene = Scene(seconds=1, rate=1)
    assert stirred(scene) is None


def test_slight_slowness_that_nobody_sees_does_not_stir() -> None:
    scene = Scene(rate=40, median_s=0.03)
    scene.slow(scene.between(60, 75), 1.7)
    assert stirred(scene) is None


def test_slight_slowness_that_people_see_does() -> None:
    scene = Scene(rate=40, median_s=0.3)
    scene.slow(scene.between(60, 75), 1.7)
    found = stirred(scene)
    assert found is not None
    assert found.measure == "latency"


def test_what_one_server_has_alone_stirs_though_it_drowns_in_the_rest() -> None:
    scene = Scene(rate=100, servers=[f"web-{i}" for i in range(20)])
    scene.fail(scene.part(scene.between(0), 0.02), 502)
    scene.fail(scene.part(scene.between(80, 95) & scene.on("web-3"), 0.4), 502)
    found = stirred(scene)
    assert found is not None
    assert (found.server, found.measure) == ("web-3", "failures")
    assert "of the requests on web-3 failed" in found.told
