"""Connections dropped before there was a request are an incident that only the error log tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.facts import Calm, gather
from tests.analyses.traffic_builder import BEGIN, Scene, opened
from tests.faults.scenes import named

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.analyses.facts import Facts

TEXT = "512 worker_connections are not enough"


def dropping(count: int, low: float, high: float) -> Scene:
    scene = Scene()
    for at in np.linspace(low, high, count).tolist():
        scene.say("balancer", at, TEXT, level="fatal")
    return scene


def test_dropped_connections_open_a_window_and_name_the_limit(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(dropping(200, 60.0, 90.0))
    assert facts.window.onset == pytest.approx(BEGIN + 60, abs=0.1)
    assert facts.window.ended == pytest.approx(BEGIN + 91, abs=0.1)
    cause = named(facts)
    assert (cause.component, cause.fault) == ("balancer", "capacity-limit")


@pytest.mark.parametrize("count", [0, 5, 11])
def test_a_few_are_no_incident(tmp_path: Path, count: int) -> None:
    with opened(dropping(count, 60.0, 90.0), tmp_path) as case:
        assert isinstance(gather(case), Calm)


def test_the_longest_run_counts_and_lasts_to_the_end_of_the_evidence(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = dropping(60, 70.0, 119.0)
    scene.say("balancer", 10.0, TEXT, level="fatal")
    window = gathered(scene).window
    assert (round(window.onset - BEGIN), window.ended) == (70, None)
