"""Clock offsets from pairs whose truth is known: errors, coverage of the intervals, honesty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.stats.offsets import AGREEING, Offset, offset, overlap, peak

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray

SPAN_S = 600.0


def bounds(
    rng: np.random.Generator, pairs: int, step: float, ahead: FloatArray | float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What a log of the balancer with this step, and one of the application in ms, leave open.

    An application's request lies inside the balancer's, after some milliseconds and before some.
    """
    began = rng.uniform(0, SPAN_S, pairs)
    before, inside, after = (
        scale * rng.lognormal(0, 0.8, pairs) for scale in (0.002, 0.040, 0.003)
    )
    ended = began + before + inside + after
    shown_end = np.floor(ended / step) * step
    shown_start = shown_end - np.round(ended - began, 3)
    app_end = np.floor((ended - after + ahead) * 1000) / 1000
    app_start = app_end - np.round(inside, 3)
    return app_end - shown_end - step - 0.003, app_start + 0.001 - shown_start + 0.001, began


def told(pairs: int, step: float, ahead: float, seed: int) -> Offset:
    found = offset(*bounds(np.random.default_rng(seed), pairs, step, ahead))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pairs", "step", "error_s"),
    [(30, 0.001, 0.002), (3000, 0.001, 0.002), (30, 1.0, 0.015), (3000, 1.0, 0.003)],
)
def test_the_error_is_small_and_the_interval_holds_the_truth(
    pairs: int, step: float, error_s: float
) -> None:
    truths = np.random.default_rng(5).uniform(-20, 20, 200 if pairs < 100 else 40).tolist()
    found = [told(pairs, step, truth, seed) for seed, truth in enumerate(truths)]
    errors = [abs(one.value - truth) for one, truth in zip(found, truths, strict=True)]
    held = [truth in one.interval for one, truth in zip(found, truths, strict=True)]
    assert float(np.median(errors)) <= error_s
    assert float(np.mean(held)) >= 0.95
    assert all(one.agreeing >= AGREEING and not one.drift for one in found)
    assert all(one.interval.high - one.interval.low < 0.5 * step + 0.01 for one in found)


def test_a_few_wrong_pairs_and_late_lines_do_not_move_it() -> None:
    rng = np.random.default_rng(2)
    low, high, when = bounds(rng, 400, 0.001, 3.2)
    low[:20] += 40.0
    high[:20] += 40.0
    low[20:30] += 0.4
    found = offset(low, high, when)
    assert found is not None
    assert abs(found.value - 3.2) < 0.002
    assert 3.2 in found.interval
    assert 0.9 < found.agreeing < 0.95


def test_a_clock_that_drifts_is_told_with_its_drift() -> None:
    rng = np.random.default_rng(3)
    seed_at = np.random.default_rng(3).uniform(0, SPAN_S, 2000)
    low, high, when = bounds(rng, 2000, 0.001, 1.0 + 0.0005 * seed_at)
    found = offset(low, high, when)
    assert found is not None
    assert found.drift == pytest.approx(0.0005 * SPAN_S, rel=0.1)
    assert found.value == pytest.approx(1.15, abs=0.03)
    assert found.interval.low < 1.03
    assert found.interval.high > 1.27


def test_pairs_that_are_none_are_owned_up_to() -> None:
    rng = np.random.default_rng(4)
    low = rng.uniform(-100, 100, 500)
    found = offset(low, low + 0.01, np.arange(500.0))
    assert found is not None
    assert found.agreeing < 0.1
    assert found.interval.low < -70
    assert found.interval.high > 70


@pytest.mark.parametrize("side", [-1, 1])
def test_bounds_of_one_side_give_a_bound_and_no_more(side: int) -> None:
    low, high, when = bounds(np.random.default_rng(6), 200, 0.001, 2.0)
    if side < 0:
        found = offset(low, np.full(200, math.inf), when)
        assert found is not None
        assert math.isinf(found.interval.high)
        assert 1.9 < found.interval.low <= found.value <= 2.0
    else:
        found = offset(np.full(200, -math.inf), high, when)
        assert found is not None
        assert math.isinf(found.interval.low)
        assert 2.0 <= found.value <= found.interval.high < 2.1


def test_too_few_pairs_tell_nothing() -> None:
    assert overlap(np.zeros(4), np.ones(4)) is None
    assert offset(np.ones(50), np.zeros(50), np.arange(50.0)) is None


def test_the_peak_of_candidates_is_where_the_true_pairs_are() -> None:
    rng = np.random.default_rng(7)
    low = np.concatenate([rng.uniform(-300, 300, 5000), rng.normal(-7.1, 0.002, 60)])
    place, most, elsewhere = peak(low, low + 0.01, 2.0)
    assert place == pytest.approx(-7.1, abs=0.01)
    assert most >= 55
    assert elsewhere <= 8
