"""A rush of requests that makes all wait a little is told; a busy hour and a mere crowd are not."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses import crowded
from tests.analyses.traffic_builder import BEGIN, Scene


def crowd(seconds: float, longer: float) -> str | None:
    """Twice the requests from the fortieth second on, which take so many times as long."""
    scene = Scene(120, 60, median_s=0.2)
    scene.drop(~scene.between(40, 40 + seconds) & (np.arange(len(scene)) % 2 == 0))
    scene.slow(scene.between(40, 40 + seconds), longer)
    found = crowded.rush(scene.traffic())
    return None if found is None else found.told


def test_a_rush_in_which_all_wait_is_told_with_its_time() -> None:
    told = crowd(10.0, 1.35)
    assert told is not None
    assert "times as many requests came as usually" in told
    began = np.datetime64(told.split()[1] + "T" + told.split()[2]).astype("datetime64[ms]")
    assert abs(float(began.astype(float)) / 1000 - BEGIN - 40) < 2


@pytest.mark.parametrize("seed", [3, 6, 21, 25])
def test_a_quiet_service_has_no_rush_by_chance(seed: int) -> None:
    scene = Scene(4000, 1, median_s=0.2, seed=seed)
    scene.slow(scene.part(scene.between(0), 0.5), 2.0)
    assert crowded.rush(scene.traffic()) is None


def test_neither_a_crowd_that_nobody_waits_in_nor_half_of_the_time_is() -> None:
    assert crowd(10.0, 1.0) is None
    assert crowd(50.0, 1.35) is None
    assert crowd(0.0, 1.0) is None
