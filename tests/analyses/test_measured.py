"""What is kept of a case to be compared: bounded, and known to the step of its log."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses import contrasts, measured
from logsleuth.analyses.measured import Group, Measured
from logsleuth.analyses.series import moment
from logsleuth.compared import Counts, Stretch

RNG = np.random.default_rng(1)


def side(took: np.ndarray, step: float) -> Measured:
    """A side whose durations are cut off to a step."""
    seen = np.floor(took / step) * step
    quantiles = dict(zip(measured.QUANTILES, np.quantile(seen, measured.QUANTILES), strict=True))
    group = Group(Counts(len(took), 0, 0, 0), quantiles, seen)
    stretch = Stretch("whole", moment(0.0), moment(600.0), 600.0)
    return Measured(stretch, group, {}, {}, 0, 1.0, 1.0, step, {"duration": 1.0})


@pytest.mark.parametrize("steps", [(1.0, 0.001), (0.001, 1.0)])
def test_whole_seconds_beside_milliseconds_promise_nothing(steps: tuple[float, float]) -> None:
    took = RNG.lognormal(-0.5, 0.5, 4000)
    found = contrasts.subjects(side(took, steps[0]), side(took, steps[1]), latencies=True)
    for measure in found[0].measures[2:]:
        assert measure.interval is not None
        assert measure.interval.low <= 1.0 <= measure.interval.high
        assert measure.standing == "undecided"


def test_milliseconds_beside_milliseconds_are_alike() -> None:
    took = RNG.lognormal(-0.5, 0.5, 4000)
    found = contrasts.subjects(side(took, 0.001), side(took, 0.001), latencies=True)
    assert [m.standing for m in found[0].measures[2:4]] == ["alike", "alike"]


@pytest.mark.parametrize(("step", "known"), [(1.0, 1.0), (0.01, 0.01), (0.001, 0.001), (1e-6, 0.0)])
def test_the_step_of_durations(step: float, known: float) -> None:
    took = np.concatenate([np.rint(RNG.lognormal(0, 1, 500) / step) * step, [np.nan]])
    assert measured._step(took) == known


def test_a_step_without_durations_is_unknown() -> None:
    assert measured._step(np.array([np.nan, np.nan])) is None
