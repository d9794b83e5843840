"""Intervals and comparisons of proportions, against scipy and Newcombe's table."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from logsleuth.stats.intervals import Interval
from logsleuth.stats.proportions import (
    clopper_pearson,
    compare,
    newcombe,
    wilson,
)

PAIRS = [(0, 1), (0, 20), (1, 20), (7, 20), (20, 20), (3, 5000), (2500, 5000)]


@st.composite
def proportion(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 3000))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize(("k", "n"), PAIRS)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_and_clopper_pearson_are_scipys(k: int, n: int, level: float) -> None:
    oracle = stats.binomtest(k, n)
    for mine, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = oracle.proportion_ci(level, method=method)
        assert mine(k, n, level).low == pytest.approx(theirs.low, abs=1e-12)
        assert mine(k, n, level).high == pytest.approx(theirs.high, abs=1e-12)


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_newcombe_reproduces_his_table(
    k1: int, n1: int, k2: int, n2: int, low: float, high: float
) -> None:
    interval = newcombe(k1, n1, k2, n2)
    assert interval.low == pytest.approx(low, abs=6e-5)
    assert interval.high == pytest.approx(high, abs=6e-5)


def test_a_small_table_is_tested_exactly() -> None:
    for k1, n1, k2, n2 in [(0, 8, 4, 9), (3, 4000, 0, 200), (1, 3, 900, 1000), (2, 7, 2, 7)]:
        oracle = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue
        assert compare(k1, n1, k2, n2).p_value == pytest.approx(oracle, rel=1e-9)


def test_a_large_table_is_tested_by_score() -> None:
    oracle = stats.chi2_contingency([[40, 960], [70, 930]], correction=False).pvalue
    assert compare(40, 1000, 70, 1000).p_value == pytest.approx(oracle, rel=1e-9)


def test_the_ratio_interval_is_scipys_where_nothing_is_zero() -> None:
    oracle = stats.contingency.relative_risk(40, 1000, 70, 1100)
    found, theirs = compare(40, 1000, 70, 1100), oracle.confidence_interval(0.95)
    assert found.ratio == pytest.approx(oracle.relative_risk)
    assert found.ratio_interval.low == pytest.approx(theirs.low)
    assert found.ratio_interval.high == pytest.approx(theirs.high)


@given(proportion(), proportion())
def test_a_comparison_is_coherent(first: tuple[int, int], second: tuple[int, int]) -> None:
    found, swapped = compare(*first, *second), compare(*second, *first)
    assert 0.0 <= found.p_value <= 1.0
    assert found.difference in found.interval
    assert found.ratio in found.ratio_interval
    assert math.isfinite(found.ratio_interval.high)
    assert swapped.difference == -found.difference
    assert swapped.interval.low == pytest.approx(-found.interval.high)
    assert swapped.ratio == pytest.approx(1 / found.ratio)
    assert swapped.p_value == pytest.approx(found.p_value)


@given(proportion(), st.floats(0.5, 0.999))
def test_intervals_hold_the_estimate(one: tuple[int, int], level: float) -> None:
    k, n = one
    for interval in (wilson(k, n, level), clopper_pearson(k, n, level)):
        assert 0.0 <= interval.low <= k / n <= interval.high <= 1.0


def test_no_trials_tell_nothing() -> None:
    found = compare(0, 0, 3, 10)
    assert wilson(0, 0) == clopper_pearson(0, 0) == Interval(0.0, 1.0)
    assert (found.difference, found.p_value, found.ratio) == (0.0, 1.0, 1.0)
    assert found.interval == Interval(-1.0, 1.0)
    assert found.ratio_interval == Interval(0.0, math.inf)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (1, -1), (math.nan, 5)])
def test_impossible_counts_are_refused(k: float, n: float) -> None:
    with pytest.raises(ValueError, match="successes and trials"):
        wilson(k, n)


def test_unusable_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, 1.0)
