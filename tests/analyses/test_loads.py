"""What one server got on both sides of the onset, and its longest silence."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses import badness
from logsleuth.analyses.loads import Sides, Silence
from tests.analyses.traffic_builder import BEGIN, Scene, window

NO_RETRIES = {
    "started": np.array([]),
    "server": np.array([]),
    "status": np.array([]),
    "response_s": np.array([]),
    "unconnected": np.array([], dtype=bool),
}


def sides(scene: Scene, onset: float = 60.0, ended: float | None = None) -> Sides:
    requests = scene.traffic()
    everyone = np.ones(len(scene), dtype=bool)
    return Sides(
        requests, badness.judge(requests), window(onset, ended), NO_RETRIES, everyone
    )  # fmt: skip


def silence(scene: Scene, name: str = "web-1", **period: float) -> Silence:
    return sides(scene, **period).silence(scene.on(name))


def test_a_busy_server_has_no_silence_to_speak_of() -> None:
    assert silence(Scene()).absent < 0.01


def test_a_silence_up_to_the_end_counts() -> None:
    scene = Scene()
    scene.give(scene.between(90) & scene.on("web-1"), {"web-2": 1})
    told = silence(scene)
    assert told.absent == pytest.approx(0.5, abs=0.02)
    assert told.last_seen == pytest.approx(BEGIN + 90, abs=1.0)
    assert told.bad_before == 0.0


def test_a_silence_from_the_onset_on_counts_and_remembers_the_baseline() -> None:
    scene = Scene()
    scene.fail(scene.between(55, 60) & scene.on("web-1"))
    scene.give(scene.between(60, 100) & scene.on("web-1"), {"web-2": 1})
    told = silence(scene)
    assert told.absent == pytest.approx(40 / 60, abs=0.03)
    assert told.bad_before == 1.0


def test_the_longest_of_several_silences_counts() -> None:
    scene = Scene()
    scene.give(scene.between(70, 80) & scene.on("web-1"), {"web-2": 1})
    scene.give(scene.between(90, 115) & scene.on("web-1"), {"web-2": 1})
    told = silence(scene)
    assert told.absent == pytest.approx(25 / 60, abs=0.03)
    assert told.last_seen == pytest.approx(BEGIN + 90, abs=1.0)


def test_a_server_of_the_window_alone_was_never_silent() -> None:
    scene = Scene()
    scene.give(scene.between(60) & scene.on("web-2"), {"new": 1})
    scene.give(scene.between(80) & scene.on("new"), {"web-1": 1})
    assert silence(scene, "new") == Silence(0.0, None, None)


def test_without_requests_in_the_window_nobody_is_silent() -> None:
    scene = Scene()
    assert silence(scene, onset=130.0) == Silence(0.0, None, None)


def test_a_pause_of_the_whole_pool_is_no_silence_of_a_server() -> None:
    scene = Scene()
    kept = ~scene.between(80, 110)
    for name in ("started", "duration_s", "status", "server", "first", "route", "client", "pool"):
        setattr(scene, name, getattr(scene, name)[kept])
    scene.retried, scene.termination = scene.retried[kept], scene.termination[kept]
    assert silence(scene).absent < 0.01


def test_rates_are_unknown_without_requests() -> None:
    scene = Scene()
    scene.give(scene.between(60) & scene.on("web-1"), {"web-2": 1})
    before, during = sides(scene).loads("web-1", scene.on("web-1"))
    assert before.requests == (scene.between(0, 60) & scene.on("web-1")).sum()
    assert (during.requests, during.share, during.attempts) == (0, 0.0, 0)
    assert during.failure_rate is during.bad_rate is during.median_s is during.p95_s is None


def test_rates_and_times_are_those_of_the_period() -> None:
    scene = Scene()
    hit = scene.between(60) & scene.on("web-1")
    scene.fail(hit, 503, 0.5)
    before, during = sides(scene).loads("web-1", scene.on("web-1"))
    assert (before.failure_rate, during.failure_rate) == (0.0, 1.0)
    assert during.attempts == during.attempts_failed == hit.sum()
    assert during.median_s == pytest.approx(0.5, abs=0.05)
    assert during.unconnected == 0


def test_a_bad_gateway_within_milliseconds_found_nobody_listening() -> None:
    scene = Scene()
    hit = scene.between(60) & scene.on("web-1")
    scene.fail(hit, 502, 0.002)
    assert sides(scene).loads("web-1", scene.on("web-1"))[1].unconnected == hit.sum()


def test_requests_without_a_server_belong_to_nobodys_share() -> None:
    scene = Scene()
    lost = scene.part(scene.between(60), 0.5)
    scene.server[lost] = scene.first[lost] = ""
    shares = [sides(scene).loads(s, scene.on(s))[1].share for s in ("web-1", "web-2")]
    assert shares == pytest.approx([0.25, 0.25], abs=0.05)
