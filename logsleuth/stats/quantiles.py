"""Two latency distributions compared by a quantile, with an interval that respects bursts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_floats, check_level
from logsleuth.stats.intervals import Interval

MAX_BLOCKS = 500
"""Blocks beyond this are joined, which keeps their dependence and bounds the time."""
MIN_BLOCKS = 5
MIN_BEYOND = 3.0
"""The fewest values a quantile must leave on its thinner side (60 values for the 95th)."""


@dataclass(frozen=True, slots=True)
class QuantileRatio:
    """The quantile of a over that of b; `interval` is [0, inf] where the data say nothing."""

    ratio: float
    interval: Interval


def quantile_ratio(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    q: float = 0.95,
    block: int | None = None,
    level: float = 0.90,
    seed: int = 0,
    draws: int = 400,
) -> QuantileRatio:
    """The ratio of two quantiles with a block bootstrap interval.

    The bootstrap draws the share of values below the quantile, by blocks, and reads the quantile
    off the sorted sample: Woodruff (1952), "Confidence intervals for medians and other position
    measures", with blocks as in Kunsch (1989). It uses every value and sorts once.

    Args:
        a: [n], values of at least 0, in order of time when `block` is given.
        b: [m], the reference, likewise.
        q: the quantile, 0 to 1.
        block: values per block, about as many as arrive in 30 s; None takes values as independent.
        level: confidence; 0.90 for a test of equivalence at 0.05.
        seed: of the draws: the same input gives the same interval.
        draws: how many.

    Raises:
        ValueError: a sample is empty, a value is negative or not finite, or q, level, block or
            draws unusable.
    """
    first, second = _sample(a, "a"), _sample(b, "b")
    check_level(q)
    check_level(level)
    if draws < 1 or (block is not None and block < 1):
        message = f"draws and block must be at least 1, not {draws} and {block}"
        raise ValueError(message)
    ratio = float(_divided(_quantiles(first, np.array([q])), _quantiles(second, np.array([q])))[0])
    if not (_tells(first, q, block) and _tells(second, q, block)):
        return QuantileRatio(ratio, Interval(0.0, math.inf))
    rng = np.random.default_rng(seed)
    drawn = np.sort(
        _divided(_drawn(first, q, block, draws, rng), _drawn(second, q, block, draws, rng))
    )
    tail = int((1.0 - level) / 2.0 * draws)
    low, high = float(drawn[tail]), float(drawn[draws - 1 - tail])
    return QuantileRatio(ratio, Interval(min(low, ratio), max(high, ratio)))


def _sample(values: npt.ArrayLike, name: str) -> FloatArray:
    sample = as_floats(values, name)
    if sample.size == 0 or (sample < 0).any():
        message = f"{name} needs at least one value, and none below 0"
        raise ValueError(message)
    return sample


def _quantiles(sample: FloatArray, shares: FloatArray) -> FloatArray:
    """The order statistics at the shares (the inverted distribution function)."""
    ranks = np.ceil(shares * sample.size - 1e-9).astype(np.int64) - 1
    return np.asarray(np.sort(sample)[np.clip(ranks, 0, sample.size - 1)])


def _tells(sample: FloatArray, q: float, block: int | None) -> bool:
    blocks = sample.size // (block or 1)
    return sample.size * min(q, 1.0 - q) >= MIN_BEYOND - 1e-9 and blocks >= MIN_BLOCKS


def _drawn(
    sample: FloatArray, q: float, block: int | None, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Bootstrapped quantiles, [draws]."""
    size = sample.size
    if block is None:
        return _quantiles(sample, rng.binomial(size, q, draws) / size)
    length = max(block, -(-size // MAX_BLOCKS))
    starts = np.arange(0, size - size % length, length)
    below = (sample <= _quantiles(sample, np.array([q]))[0]).astype(np.float64)
    share = np.add.reduceat(below, starts) / np.diff(starts, append=size)
    chosen = rng.integers(0, starts.size, (draws, starts.size))
    return _quantiles(sample, np.clip(q + share[chosen].mean(axis=1) - share.mean(), 0.0, 1.0))


def _divided(above: FloatArray, below: FloatArray) -> FloatArray:
    """The ratios; 1 for 0 over 0, infinite for more."""
    ratios = np.where(above > 0, np.inf, 1.0)
    with np.errstate(over="ignore"):
        return np.divide(above, below, out=ratios, where=below > 0)
