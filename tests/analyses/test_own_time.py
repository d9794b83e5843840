"""The route that is slow by itself, by the applications' log or else by the balancer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def one_slow_route(*, heard: bool = True) -> Scene:
    """From 60 s on all wait 0.2 s longer, and searches take 0.5 s more."""
    scene = Scene(rate=40.0)
    late = scene.between(60)
    scene.duration_s[late] += 0.2
    scene.duration_s[late & scene.of("/search")] += 0.5
    if heard:
        scene.checkpoints()
    return scene


def test_the_balancers_log_tells_where_applications_have_none(
    gathered: Callable[[Scene], Facts],
) -> None:
    slowed = gathered(one_slow_route()).slowed_route
    assert slowed is not None
    assert slowed.route == "GET /search"
    assert slowed.alone
    assert slowed.own.interval.low < 0.5 < slowed.own.interval.high
    assert slowed.events


def test_whose_time_it_was_nobody_tells_without_the_database(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert gathered(one_slow_route(heard=False)).slowed_route is None


def test_where_all_wait_alike_no_route_is_slow_by_itself(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40.0)
    scene.duration_s[scene.between(60)] += 0.4
    scene.checkpoints()
    slowed = gathered(scene).slowed_route
    assert slowed is not None
    assert slowed.unchanged
