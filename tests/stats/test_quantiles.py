"""Ratios of quantiles: coverage, bursts, and too little data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.stats.intervals import Interval
from logsleuth.stats.quantiles import quantile_ratio

DURATIONS = st.lists(st.floats(0, 1e6), min_size=1, max_size=120)


def test_like_samples_are_shown_to_be_alike() -> None:
    rng = np.random.default_rng(1)
    found = quantile_ratio(rng.lognormal(0, 1, 20_000), rng.lognormal(0.01, 1, 8_000))
    assert found.interval.inside(1 / 1.2, 1.2)
    assert found.interval.high - found.interval.low < 0.12
    slower = quantile_ratio(rng.lognormal(0.4, 1, 20_000), rng.lognormal(0, 1, 8_000))
    assert slower.interval.low > 1.3


def test_the_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = sum(
        1.0 in quantile_ratio(rng.lognormal(0, 1, 1500), rng.lognormal(0, 1, 1000)).interval
        for _ in range(200)
    )
    assert 168 <= covered <= 196


def test_bursts_need_blocks() -> None:
    rng = np.random.default_rng(3)

    def bursty() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.repeat(rng.lognormal(0, 0.5, 100), 30) * rng.lognormal(0, 0.3, 3000)

    pairs = [(bursty(), bursty()) for _ in range(80)]
    naive = sum(1.0 in quantile_ratio(a, b).interval for a, b in pairs)
    blocks = sum(1.0 in quantile_ratio(a, b, block=60).interval for a, b in pairs)
    assert naive < 50
    assert blocks >= 64


def test_the_same_input_gives_the_same_interval() -> None:
    sample = np.random.default_rng(4).exponential(1, 3000)
    first = quantile_ratio(sample, sample[::-1], block=20)
    assert first == quantile_ratio(sample, sample[::-1], block=20)
    assert first.ratio == 1.0


def test_too_little_data_show_nothing() -> None:
    assert quantile_ratio([0.1] * 59, [0.1] * 500).interval == Interval(0.0, math.inf)
    assert quantile_ratio([0.1] * 60, [0.1] * 500).interval == Interval(1.0, 1.0)
    assert quantile_ratio([0.1] * 90, [0.1] * 90, block=30).interval.high == math.inf


def test_durations_of_zero() -> None:
    zeros, some = [0.0] * 100, [0.2] * 100
    assert quantile_ratio(zeros, zeros).ratio == 1.0
    assert quantile_ratio(some, zeros).ratio == math.inf
    assert quantile_ratio(zeros, some).ratio == 0.0


@given(DURATIONS, DURATIONS, st.floats(0.01, 0.99), st.none() | st.integers(1, 10))
def test_the_interval_holds_the_ratio(
    a: list[float], b: list[float], q: float, block: int | None
) -> None:
    found = quantile_ratio(a, b, q, block, draws=50)
    assert found.ratio in found.interval


def test_unusable_samples_are_refused() -> None:
    for a in ([], [-1.0], [math.nan]):
        with pytest.raises(ValueError, match=r".+"):
            quantile_ratio(a, [1.0])
    with pytest.raises(ValueError, match="block"):
        quantile_ratio([1.0], [1.0], block=0)
