"""The window of an incident: found where there is one, and only there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import badness, incident
from logsleuth.analyses.traffic import Traffic
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array


def found(scene: Scene) -> Window | None:
    traffic = scene.traffic()
    return incident.find(traffic, badness.judge(traffic))


def begun(scene: Scene) -> tuple[str, float, float | None]:
    """The measure, and onset and end in seconds after the scene's begin."""
    window = found(scene)
    assert window is not None
    assert window.earliest <= window.onset <= window.latest
    return (
        window.measure,
        window.onset - BEGIN,
        None if window.ended is None else window.ended - BEGIN,
    )


def test_a_calm_service_has_no_incident() -> None:
    assert found(Scene()) is None


@pytest.mark.parametrize("seed", range(5))
def test_chance_makes_no_incident_of_constant_half_percent_failures(seed: int) -> None:
    scene = Scene(300, 40, seed=seed)
    scene.fail(scene.part(scene.between(0), 0.005), 500)
    assert found(scene) is None


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_step_in_failures_begins_at_its_first_failure(share: float) -> None:
    scene = Scene()
    failing = scene.part(scene.between(70), share)
    scene.fail(failing)
    measure, onset, ended = begun(scene)
    assert measure == "failures"
    assert onset == pytest.approx(scene.started[failing][0] - BEGIN, abs=1.5)
    assert ended is None


def test_a_step_in_latency_begins_where_requests_became_slow() -> None:
    scene = Scene()
    scene.slow(scene.between(70), 8.0)
    measure, onset, ended = begun(scene)
    assert (measure, ended) == ("latency", None)
    assert onset == pytest.approx(70.0, abs=1.0)


def test_refusals_on_a_known_route_are_an_incident_of_refusals() -> None:
    scene = Scene()
    scene.fail(scene.between(70) & scene.of("/search"), 404, 0.002)
    measure, onset, _ = begun(scene)
    assert measure == "refusals"
    assert onset == pytest.approx(70.0, abs=1.5)


def test_a_scanners_refusals_on_unknown_routes_are_none() -> None:
    scene = Scene()
    probes = scene.part(scene.between(70, 90), 0.5)
    scene.route[probes] = np.array([f"/wp-{i}.php" for i in range(int(probes.sum()))])
    scene.fail(probes, 404, 0.002)
    assert found(scene) is None


def test_a_scanner_that_asks_one_unknown_route_over_and_over_is_none() -> None:
    scene = Scene()
    probes = scene.part(scene.between(70, 90), 0.5)
    scene.route[probes] = "/wp-login.php"
    scene.fail(probes, 404, 0.002)
    assert found(scene) is None


def test_clients_that_give_up_on_slow_requests_count_as_failures() -> None:
    scene = Scene()
    waiting = scene.part(scene.between(70), 0.5)
    scene.slow(waiting, 20.0)
    scene.status[waiting] = 499
    measure, onset, _ = begun(scene)
    assert measure == "failures"
    assert onset == pytest.approx(70.0, abs=1.5)


def test_clients_that_leave_quickly_are_no_incident() -> None:
    scene = Scene()
    scene.status[scene.part(scene.between(70), 0.3)] = 499
    assert found(scene) is None


@pytest.mark.parametrize("what", ["failures", "latency"])
def test_a_ramp_begins_at_its_foot(what: str) -> None:
    scene = Scene(200, 25)
    climb = np.clip((scene.started - BEGIN - 100) / 60, 0, 1)
    hit = scene.rng.uniform(size=len(scene)) < climb
    if what == "failures":
        scene.fail(hit)
    else:
        scene.slow(hit, 10.0)
    measure, onset, _ = begun(scene)
    assert measure == what
    assert 95 <= onset <= 112


def test_a_hiccup_of_two_seconds_is_no_incident() -> None:
    scene = Scene()
    scene.slow(scene.between(70, 72), 20.0)
    assert found(scene) is None


@pytest.mark.parametrize(("until", "is_one"), [(76, False), (90, True)])
def test_a_few_seconds_in_which_few_are_slow_are_no_incident(until: int, is_one: bool) -> None:
    scene = Scene(rate=60)
    scene.slow(scene.part(scene.between(70, until), 0.12), 20.0)
    assert (found(scene) is not None) == is_one


def test_two_seconds_in_which_all_fails_are_one() -> None:
    scene = Scene()
    scene.fail(scene.between(70, 72))
    _, onset, ended = begun(scene)
    assert onset == pytest.approx(70.0, abs=0.5)
    assert ended == pytest.approx(72.0, abs=1.0)


def test_what_is_new_is_seen_among_everyday_failures_of_another_kind() -> None:
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(0), 0.012), 502)
    assert found(scene) is None
    scene.fail(scene.part(scene.between(70, 85), 0.04), 504)
    measure, onset, ended = begun(scene)
    assert measure == "failures"
    assert onset == pytest.approx(70.0, abs=3.0)
    assert ended == pytest.approx(85.0, abs=3.0)


def test_eleven_failures_are_too_few() -> None:
    scene = Scene()
    scene.status[np.flatnonzero(scene.between(70))[:11]] = 502
    assert found(scene) is None


@pytest.mark.parametrize("what", ["failures", "latency"])
def test_an_incident_that_is_over_has_an_end(what: str) -> None:
    scene = Scene()
    if what == "failures":
        scene.fail(scene.part(scene.between(40, 80), 0.4))
    else:
        scene.slow(scene.between(40, 80), 10.0)
    measure, onset, ended = begun(scene)
    assert measure == what
    assert onset == pytest.approx(40.0, abs=1.5)
    assert ended == pytest.approx(80.0, abs=1.5)


def test_an_incident_that_goes_on_has_none() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(110), 0.6))
    _, onset, ended = begun(scene)
    assert onset == pytest.approx(110.0, abs=1.5)
    assert ended is None


def test_two_episodes_are_one_incident_from_the_first_to_the_last() -> None:
    scene = Scene(200)
    scene.fail(scene.part(scene.between(60, 80), 0.5))
    scene.fail(scene.part(scene.between(140, 160), 0.5))
    _, onset, ended = begun(scene)
    assert onset == pytest.approx(60.0, abs=1.5)
    assert ended == pytest.approx(160.0, abs=1.5)


def test_a_small_blip_long_before_is_not_the_onset() -> None:
    scene = Scene(300)
    scene.status[np.flatnonzero(scene.between(30))[:14]] = 500
    scene.fail(scene.part(scene.between(200, 280), 0.9))
    _, onset, _ = begun(scene)
    assert onset == pytest.approx(200.0, abs=1.5)


def test_slowness_that_leads_into_failures_begins_the_incident() -> None:
    scene = Scene()
    scene.slow(scene.between(60), 12.0)
    scene.fail(scene.part(scene.between(72), 0.8), 504)
    window = found(scene)
    assert window is not None
    assert window.measures == {"failures", "latency"}
    assert window.onset - BEGIN == pytest.approx(60.0, abs=1.5)


def test_a_service_that_fails_from_first_to_last_has_been_down_before() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0), 0.5))
    window = found(scene)
    assert window is not None
    assert (window.onset, window.ended) == (scene.started[0], None)
    assert window.inside(scene.started).all()


def test_stamps_of_whole_seconds_move_the_onset_by_no_more_than_one() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(70.3), 0.5))
    scene.started = np.floor(scene.started) + 0.5
    _, onset, _ = begun(scene)
    assert onset == pytest.approx(70.5, abs=1.0)


def test_a_log_of_a_minute_is_enough() -> None:
    scene = Scene(60, 10)
    scene.fail(scene.part(scene.between(40), 0.5))
    _, onset, _ = begun(scene)
    assert onset == pytest.approx(40.0, abs=2.0)


def test_five_minutes_of_failures_stand_out_of_a_day() -> None:
    scene = Scene(86400, 0.5)
    scene.fail(scene.part(scene.between(50_000, 50_300), 0.5))
    _, onset, ended = begun(scene)
    assert onset == pytest.approx(50_000, abs=15)
    assert ended == pytest.approx(50_300, abs=15)


def test_twenty_minutes_of_slowness_stand_out_of_a_day() -> None:
    scene = Scene(86400, 0.5)
    scene.slow(scene.between(50_000, 51_200), 10.0)
    measure, onset, _ = begun(scene)
    assert measure == "latency"
    assert onset == pytest.approx(50_000, abs=30)


def test_a_quiet_night_does_not_make_the_day_an_incident() -> None:
    scene = Scene(86400, 0.5)
    night = scene.between(0, 30_000)
    scene.duration_s[night] *= 0.7
    scene.fail(scene.part(~night, 0.003), 500)
    assert found(scene) is None


@pytest.mark.parametrize("requests", [0, 1, 19])
def test_a_handful_of_requests_tell_of_no_incident(requests: int) -> None:
    scene = Scene(requests or 1, 1 if requests else 0)
    scene.fail(scene.between(0))
    assert found(scene) is None


def test_requests_of_one_moment_tell_of_no_incident() -> None:
    scene = Scene(10, 10)
    scene.started[:] = BEGIN
    scene.fail(scene.between(0))
    assert found(scene) is None


def test_a_short_log_of_slow_failures_needs_no_durations() -> None:
    scene = Scene()
    scene.duration_s[:] = np.nan
    scene.fail(scene.part(scene.between(70), 0.5))
    measure, onset, _ = begun(scene)
    assert measure == "failures"
    assert onset == pytest.approx(70.0, abs=1.5)


def test_what_begins_with_the_evidence_is_held_against_what_came_after_it() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0, 40), 0.5))
    window = found(scene)
    assert window is not None
    assert window.onset == pytest.approx(BEGIN, abs=2.0)
    assert window.ended == pytest.approx(BEGIN + 40, abs=1.5)
    assert window.ended is not None
    assert window.baseline.since >= window.ended + 2.0
    assert window.baseline.until == pytest.approx(BEGIN + 120, abs=1.0)


def test_what_fails_before_and_after_its_worst_has_no_baseline() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0), 0.4))
    scene.fail(scene.between(50, 70))
    window = found(scene)
    assert window is not None
    assert (window.onset, window.ended) == (scene.started[0], None)
    assert window.baseline.seconds == 0.0


def ended_requests(scene: Scene, low: float, high: float) -> Array:
    """Flags of the requests that a log from `low` to `high` has: those that were over by then."""
    ended = scene.started + scene.duration_s - BEGIN
    return (ended >= low) & (ended < high)


def kept(scene: Scene, flags: Array) -> Traffic:
    """The traffic of some of a scene's requests."""
    whole = scene.traffic()
    columns = {
        f.name: getattr(whole, f.name)[flags] if isinstance(getattr(whole, f.name), np.ndarray)
        else getattr(whole, f.name)
        for f in dataclasses.fields(whole)
    }  # fmt: skip
    return Traffic(**columns)


def test_a_log_that_starts_in_quiet_times_shows_no_slow_begin() -> None:
    scene = Scene(rate=40)
    slow = scene.part(scene.between(0), 0.04)
    scene.slow(slow, 60.0)
    traffic = kept(scene, ended_requests(scene, 30, 120))
    assert incident.find(traffic, badness.judge(traffic)) is None


def test_what_was_slow_when_the_log_was_cut_off_is_not_over() -> None:
    scene = Scene(rate=40)
    scene.slow(scene.part(scene.between(60), 0.6), 60.0)
    traffic = kept(scene, ended_requests(scene, 0, 110))
    window = incident.find(traffic, badness.judge(traffic))
    assert window is not None
    assert window.onset == pytest.approx(BEGIN + 60, abs=1.0)
    assert window.ended is None
