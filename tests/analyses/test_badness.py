"""Which requests went badly, and what counts as slow."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses import badness
from tests.analyses.traffic_builder import Scene


def test_a_request_goes_badly_in_one_way_only() -> None:
    scene = Scene()
    scene.slow(scene.between(60), 20.0)
    scene.fail(scene.part(scene.between(60), 0.5))
    judged = badness.judge(scene.traffic())
    assert not (judged.failed & judged.slow).any()
    assert (judged.bad == (judged.failed | judged.misplaced | judged.slow)).all()
    assert (judged.unanswered == (judged.failed | judged.misplaced)).all()


def test_few_requests_of_a_calm_service_are_slow() -> None:
    judged = badness.judge(Scene().traffic())
    assert judged.slow.mean() < 0.02
    assert not judged.unanswered.any()


def test_each_route_is_measured_against_its_own_better_times() -> None:
    scene = Scene(rate=40)
    export = scene.of("/search")
    scene.duration_s[export] += 2.0
    judged = badness.judge(scene.traffic())
    assert judged.slow[export].mean() < 0.02
    assert (judged.threshold_s[export] > 2.0).all()
    assert (judged.threshold_s[~export] < 0.5).all()


def test_a_rare_route_is_measured_against_all_routes() -> None:
    scene = Scene()
    rare = np.flatnonzero(scene.between(0))[:20]
    scene.route[rare] = "/about"
    judged = badness.judge(scene.traffic())
    assert set(judged.threshold_s[rare]) == {judged.threshold_s[rare][0]}
    scene.duration_s[rare[0]] = 5.0
    assert badness.judge(scene.traffic()).slow[rare[0]]


def test_slowness_for_most_of_the_evidence_does_not_raise_the_limit() -> None:
    scene = Scene()
    scene.slow(scene.between(40), 10.0)
    judged = badness.judge(scene.traffic())
    assert judged.slow[scene.between(40)].mean() > 0.9
    assert judged.slow[scene.between(0, 40)].mean() < 0.02


def test_nor_does_slowness_for_nearly_all_of_it() -> None:
    scene = Scene(seconds=100, rate=60)
    scene.slow(scene.between(7), 10.0)
    flags = badness.judge(scene.traffic()).slow
    assert flags[scene.between(7)].mean() > 0.9
    assert flags[scene.between(0, 7)].mean() < 0.02


def test_nobody_notices_a_few_milliseconds() -> None:
    scene = Scene(median_s=0.002)
    scene.slow(scene.between(60), 5.0)
    assert not badness.judge(scene.traffic()).slow.any()


def test_the_times_of_failed_requests_set_no_limit() -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(0), 0.6), 502, 0.001)
    judged = badness.judge(scene.traffic())
    assert judged.slow.mean() < 0.02
    assert (judged.threshold_s > 0.1).all()


def test_too_few_times_give_no_limit() -> None:
    scene = Scene(11, 1)
    scene.duration_s[5] = 100.0
    judged = badness.judge(scene.traffic())
    assert np.isinf(judged.threshold_s).all()
    assert not judged.slow.any()


def test_unknown_durations_are_not_slow() -> None:
    scene = Scene()
    scene.duration_s[scene.between(60)] = np.nan
    assert not badness.judge(scene.traffic()).slow[scene.between(60)].any()


@pytest.mark.parametrize("status", [400, 404, 405, 410, 421, 429])
def test_these_refusals_count_where_others_are_served(status: int) -> None:
    scene = Scene()
    hit = scene.part(scene.between(60), 0.3)
    scene.fail(hit, status)
    assert (badness.judge(scene.traffic()).misplaced == hit).all()


@pytest.mark.parametrize("status", [401, 403, 409, 422])
def test_answers_about_the_client_are_no_refusals(status: int) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.3), status)
    judged = badness.judge(scene.traffic())
    assert not judged.unanswered.any()


def test_a_route_that_serves_nobody_has_no_refusals() -> None:
    scene = Scene()
    scene.route[scene.of("/item")] = "/.env"
    scene.client[scene.of("/.env")] = "203.0.113.66"
    scene.fail(scene.of("/.env"), 404)
    scene.status[np.flatnonzero(scene.of("/.env"))[:3]] = 200
    assert not badness.judge(scene.traffic()).misplaced.any()


def test_a_client_that_leaves_before_it_was_slow_is_not_bad() -> None:
    scene = Scene()
    left = scene.part(scene.between(60), 0.2)
    scene.status[left] = 499
    scene.duration_s[left] = 0.01
    assert not badness.judge(scene.traffic()).bad[left].any()
    scene.duration_s[left] = 9.0
    assert badness.judge(scene.traffic()).failed[left].all()


def test_no_requests_are_no_trouble() -> None:
    judged = badness.judge(Scene(1, 0).traffic())
    assert len(judged.bad) == 0


# What nobody is served, though many want it.


def missed(part: float, route: str = "/basket") -> Scene:
    """From first to last a route is refused to everybody, who is served all else."""
    scene = Scene(routes=("/home", "/cart"))
    asked = scene.part(scene.between(0), part)
    scene.route[asked] = route
    scene.fail(asked, 404)
    return scene


def test_what_those_want_who_are_served_elsewhere_is_missed_by_them() -> None:
    scene = missed(0.2)
    assert (badness.judge(scene.traffic()).misplaced == scene.of("/basket")).all()


@pytest.mark.parametrize(("part", "route"), [(0.05, "/basket"), (0.2, "/favicon.ico")])
def test_what_every_site_has_is_not(part: float, route: str) -> None:
    assert not badness.judge(missed(part, route).traffic()).misplaced.any()


def test_what_only_a_scanner_wants_is_not() -> None:
    scene = missed(0.2)
    scene.client[scene.of("/basket")] = "203.0.113.66"
    assert not badness.judge(scene.traffic()).misplaced.any()


def test_where_half_of_all_is_refused_those_who_ask_are_no_scanners() -> None:
    scene = Scene()
    scene.fail(scene.between(0), 404)
    assert badness.judge(scene.traffic()).misplaced.all()
    scene.client[:] = "203.0.113.66"
    assert not badness.judge(scene.traffic()).misplaced.any()
