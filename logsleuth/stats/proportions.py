"""Failure rates: one with its interval, two compared, two shown to be the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from logsleuth.stats.arrays import check_level
from logsleuth.stats.distributions import normal_p, two_sided_z
from logsleuth.stats.intervals import Interval

SMALL_EXPECTATION = 5.0
"""Below this expected count in a cell, the exact test replaces the score test (Cochran 1954)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two proportions side by side.

    `difference` is p1 - p2 and `interval` its interval; `ratio` is p1 / p2. With no failures on one
    side the ratio is the one after adding half a success and half a failure to both, so that it
    and its interval stay finite. With no trials on one side nothing is known: difference 0 in
    [-1, 1], ratio 1 in [0, inf], p-value 1.
    """

    difference: float
    interval: Interval
    ratio: float
    ratio_interval: Interval
    p_value: float


def _check(k: float, n: float) -> None:
    if not 0 <= k <= n < math.inf:
        message = f"successes and trials must satisfy 0 <= k <= n, not k={k}, n={n}"
        raise ValueError(message)


def wilson(k: float, n: float, level: float = 0.95) -> Interval:
    """The score interval of a proportion, Wilson (1927); [0, 1] when n is 0.

    Args:
        k: successes; may be a fraction, as when k and n are divided by a dispersion.
        n: trials.
        level: confidence, 0 to 1.

    Raises:
        ValueError: not 0 <= k <= n, or the level is unusable.
    """
    _check(k, n)
    z = two_sided_z(level)
    if n == 0:
        return Interval(0.0, 1.0)
    share = k / n
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    low = 0.0 if k == 0 else max(0.0, min(centre - half, share))
    high = 1.0 if k == n else min(1.0, max(centre + half, share))
    return Interval(low, high)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval:
    """The exact interval of a proportion, Clopper and Pearson (1934); [0, 1] when n is 0.

    Raises:
        ValueError: not 0 <= k <= n, or the level is unusable.
    """
    from scipy.special import betaincinv

    _check(k, n)
    check_level(level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1.0 - tail))
    return Interval(low, high)


def newcombe(k1: float, n1: float, k2: float, n2: float, level: float = 0.95) -> Interval:
    """The interval of p1 - p2 from two Wilson intervals; [-1, 1] when a side has no trials.

    Newcombe (1998), "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17, method 10.

    Raises:
        ValueError: as `wilson`.
    """
    first, second = wilson(k1, n1, level), wilson(k2, n2, level)
    if n1 == 0 or n2 == 0:
        return Interval(-1.0, 1.0)
    p1, p2 = k1 / n1, k2 / n2
    below = math.hypot(p1 - first.low, second.high - p2)
    above = math.hypot(first.high - p1, p2 - second.low)
    return Interval(max(-1.0, p1 - p2 - below), min(1.0, p1 - p2 + above))


def compare(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Comparison:
    """Two proportions: difference (Newcombe), ratio (Katz), and whether they differ.

    The p-value is two-sided: the pooled score test, or Fisher's exact test when an expected count
    is below 5. It takes every trial as independent: retries and bursts make it too small, so
    decide on the intervals and the sizes.

    Raises:
        ValueError: as `wilson`.
    """
    interval = newcombe(k1, n1, k2, n2, level)
    if n1 == 0 or n2 == 0:
        return Comparison(0.0, interval, 1.0, Interval(0.0, math.inf), 1.0)
    ratio, ratio_interval = _katz(k1, n1, k2, n2, level)
    p_value = _two_sided_p(k1, n1, k2, n2)
    return Comparison(k1 / n1 - k2 / n2, interval, ratio, ratio_interval, p_value)


def _katz(k1: float, n1: float, k2: float, n2: float, level: float) -> tuple[float, Interval]:
    """The ratio and its log-normal interval, Katz et al. (1978), with Pettigrew's halves at 0."""
    if k1 == 0 or k2 == 0 or (k1 == n1 and k2 == n2):
        k1, n1, k2, n2 = k1 + 0.5, n1 + 1.0, k2 + 0.5, n2 + 1.0
    ratio = (k1 / n1) / (k2 / n2)
    spread = two_sided_z(level) * math.sqrt(1 / k1 - 1 / n1 + 1 / k2 - 1 / n2)
    return ratio, Interval(ratio * math.exp(-spread), ratio * math.exp(spread))


def _two_sided_p(k1: int, n1: int, k2: int, n2: int) -> float:
    total, trials = k1 + k2, n1 + n2
    if total in (0, trials):
        return 1.0
    if min(total, trials - total) * min(n1, n2) / trials < SMALL_EXPECTATION:
        return _fisher_p(k1, n1, k2, n2)
    pooled = total / trials
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return normal_p((k1 / n1 - k2 / n2) / error)


def _fisher_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """The sum of the tables that are no more likely than the observed one, Fisher (1935)."""
    import numpy as np
    from scipy.special import gammaln

    total = k1 + k2
    x = np.arange(max(0, total - n2), min(n1, total) + 1, dtype=np.float64)
    cells = np.stack([x, n1 - x, total - x, n2 - total + x])
    weight = -gammaln(cells + 1.0).sum(axis=0)
    chance = np.exp(weight - weight.max())
    observed = chance[k1 - int(x[0])]
    return min(1.0, float(chance[chance <= observed * (1 + 1e-7)].sum() / chance.sum()))
