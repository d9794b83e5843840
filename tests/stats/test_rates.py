"""Rates over time, and many tests at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from logsleuth.stats.counts import index_of_dispersion, poisson_ratio
from logsleuth.stats.intervals import Interval
from logsleuth.stats.multiple import benjamini_hochberg, benjamini_yekutieli


def test_a_rate_ratio_is_the_conditional_binomial() -> None:
    found = poisson_ratio(30, 60.0, 12, 90.0)
    oracle = stats.binomtest(30, 42, 60 / 150, alternative="greater")
    share = stats.binomtest(30, 42).proportion_ci(0.95, method="exact")
    assert found.ratio == pytest.approx(30 / 60 / (12 / 90))
    assert found.p_value == pytest.approx(2 * oracle.pvalue)
    assert found.interval.low == pytest.approx(share.low / (1 - share.low) * 1.5)
    assert found.interval.high == pytest.approx(share.high / (1 - share.high) * 1.5)


@given(st.integers(0, 5000), st.integers(0, 5000), st.floats(0.1, 1e4), st.floats(0.1, 1e4))
def test_a_rate_ratio_is_coherent(k1: int, k2: int, t1: float, t2: float) -> None:
    found = poisson_ratio(k1, t1, k2, t2)
    assert 0.0 <= found.p_value <= 1.0
    assert found.interval.low <= found.ratio * (1 + 1e-12)
    assert found.ratio <= found.interval.high * (1 + 1e-12)
    if found.p_value < 0.049:
        assert 1.0 not in found.interval, "test and interval agree"


def test_rates_without_events() -> None:
    assert poisson_ratio(0, 1.0, 0, 1.0).interval == Interval(0.0, math.inf)
    assert poisson_ratio(5, 1.0, 0, 1.0).ratio == math.inf
    assert poisson_ratio(0, 1.0, 5, 1.0).ratio == 0.0
    with pytest.raises(ValueError, match="t1"):
        poisson_ratio(1, 0.0, 1, 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_p_values_are_scipys(p_values: list[float]) -> None:
    for mine, method in ((benjamini_hochberg, "bh"), (benjamini_yekutieli, "by")):
        theirs = stats.false_discovery_control(p_values, method=method)
        assert mine(p_values) == pytest.approx(theirs)


def test_no_tests_and_unusable_ones() -> None:
    assert benjamini_hochberg([]).size == 0
    assert benjamini_yekutieli([]).size == 0
    for p in (math.nan, 1.5, -0.1):
        with pytest.raises(ValueError, match=r".+"):
            benjamini_hochberg([0.5, p])


def dealt(keys: npt.NDArray[np.int64], servers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    table = np.zeros((int(keys.max()) + 1, 4), dtype=np.int64)
    np.add.at(table, (keys, servers), 1)
    return table


def test_the_index_of_dispersion_knows_bursts_from_chance() -> None:
    rng = np.random.default_rng(3)
    chance = index_of_dispersion(rng.poisson(20.0, 4000))
    bursts = index_of_dispersion(rng.poisson(2.0, 4000) * 10)
    assert chance == pytest.approx(1.0, abs=0.1)
    assert bursts == pytest.approx(10.0, rel=0.15)


@pytest.mark.parametrize("counts", [[], [5, 9], [0, 0, 0, 0], [7, 7, 7, 7]])
def test_the_index_of_dispersion_promises_no_less_than_chance(counts: list[int]) -> None:
    assert index_of_dispersion(counts) == 1.0
