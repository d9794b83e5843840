"""A limit that cuts few requests for a while, among the failures of an ordinary day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import given_up
from logsleuth.analyses.badness import judge
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from logsleuth.analyses.doubt import Doubt

LIMIT_S = 0.12


def cut(since: float, until: float, spread_s: float = 0.002, status: int = 504) -> Scene:
    """What needs longer than the limit is given up from `since` to `until`."""
    scene = Scene(seconds=240, rate=60)
    late = scene.between(since, until) & (scene.duration_s > LIMIT_S)
    scene.status[late] = status
    scene.duration_s[late] = LIMIT_S + scene.rng.uniform(0.0, spread_s, int(late.sum()))
    assert late.sum() >= 6
    return scene


def told(scene: Scene) -> Doubt | None:
    traffic = scene.traffic()
    return given_up.at_one_time(traffic, judge(traffic))


def test_requests_that_are_given_up_for_a_while_raise_a_doubt() -> None:
    doubt = told(cut(100, 160))
    assert doubt is not None
    assert doubt.window is not None
    assert doubt.window.onset - BEGIN == pytest.approx(100, abs=12)
    assert "were given up after 0.12" in doubt.told


@pytest.mark.parametrize(
    "scene",
    [cut(100, 160, spread_s=0.3), cut(100, 160, status=500), cut(0, 240)],
    ids=["at any time", "answered by the application", "from first to last"],
)
def test_other_failures_raise_none(scene: Scene) -> None:
    assert told(scene) is None


def test_nor_what_nobody_else_took_so_long_for() -> None:
    scene = cut(100, 160)
    scene.duration_s[(scene.status == 200) & (scene.duration_s > LIMIT_S)] = LIMIT_S - 0.01
    assert told(scene) is None


def test_nor_where_others_are_waited_for_longer_beside_them() -> None:
    scene = cut(100, 160)
    scene.duration_s[np.flatnonzero(scene.between(100, 160) & (scene.status == 200))[::10]] = 0.5
    assert told(scene) is None
