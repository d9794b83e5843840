"""A server that takes longer than its equals all along: told, where it is sure and seen."""

from __future__ import annotations

import pytest

from logsleuth.analyses import unequal
from tests.analyses.traffic_builder import Scene


def slower(times: float, median_s: float = 0.2) -> str | None:
    scene = Scene(60, 20, median_s=median_s)
    scene.slow(scene.on("web-2"), times)
    return unequal.slower(scene.traffic())


def test_a_server_three_times_as_slow_is_told() -> None:
    told = slower(3.0)
    assert told is not None
    assert float(told.split()[2]) == pytest.approx(3.0, abs=0.3)
    assert told.startswith("web-2 took ")


@pytest.mark.parametrize(("times", "median_s"), [(1.0, 0.2), (1.3, 0.2), (3.0, 0.02)])
def test_what_nobody_sees_is_not(times: float, median_s: float) -> None:
    assert slower(times, median_s) is None


def test_dearer_routes_make_no_slower_server() -> None:
    """One server gets the slow route alone; the others, for that, have no equal of it."""
    scene = Scene(60, 20, median_s=0.2)
    dear = scene.of("/search")
    scene.slow(dear, 5.0)
    scene.server[dear] = scene.first[dear] = "web-2"
    assert unequal.slower(scene.traffic()) is None


def test_who_is_given_less_is_meant_to_be_slower() -> None:
    scene = Scene(60, 20, median_s=0.2)
    scene.give(scene.between(0), {"web-1": 2, "web-2": 1, "web-3": 2, "web-4": 2})
    scene.slow(scene.on("web-2"), 3.0)
    assert unequal.slower(scene.traffic()) is None
