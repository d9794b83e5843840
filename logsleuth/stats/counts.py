"""Events over time: two rates compared, and how much burstier than Poisson a series is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.stats.arrays import as_counts, check_positive
from logsleuth.stats.intervals import Interval
from logsleuth.stats.proportions import clopper_pearson

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The first rate divided by the second; infinite when only the second has no events."""

    ratio: float
    interval: Interval
    p_value: float


def poisson_ratio(k1: int, t1: float, k2: int, t2: float, level: float = 0.95) -> RateRatio:
    """Compares k1 events in time t1 with k2 events in time t2, exactly.

    Given the total, k1 is binomial with share t1 / (t1 + t2): Przyborowski and Wilenski (1940). The
    p-value doubles the smaller tail, so that it agrees with the interval. No events at all: ratio 1
    in [0, inf], p-value 1.

    Args:
        k1: events in the first stretch.
        t1: its length, in any unit (seconds, requests, lines).
        k2: events in the second stretch.
        t2: its length, in the same unit.
        level: confidence of the interval.

    Raises:
        ValueError: a count is negative, a length not above 0, or the level unusable.
    """
    from scipy.special import bdtr, bdtrc

    check_positive(t1, "t1")
    check_positive(t2, "t2")
    share = clopper_pearson(k1, k1 + k2, level)
    scale, total, expected = t2 / t1, k1 + k2, t1 / (t1 + t2)
    if total == 0:
        return RateRatio(1.0, Interval(0.0, math.inf), 1.0)
    at_most = float(bdtr(k1, total, expected))
    at_least = 1.0 if k1 == 0 else float(bdtrc(k1 - 1, total, expected))
    interval = Interval(_odds(share.low) * scale, _odds(share.high) * scale)
    ratio = k1 / k2 * scale if k2 else math.inf
    return RateRatio(ratio, interval, min(1.0, 2.0 * min(at_most, at_least)))


def index_of_dispersion(counts: npt.ArrayLike) -> float:
    """How much burstier than Poisson events come: the variance of the counts over their mean.

    Cox and Lewis (1966), "The Statistical Analysis of Series of Events". At least 1: events that
    come more evenly than by chance, as a load generator's do, promise nothing of the next stretch.
    1 also for fewer than 3 bins or no events.

    Args:
        counts: [bins], events in bins of equal width.

    Raises:
        ValueError: a count is negative or not finite.
    """
    table = as_counts(counts, "counts")
    mean = float(table.mean()) if table.size >= 3 else 0.0
    return max(1.0, float(table.var(ddof=1)) / mean) if mean > 0 else 1.0


def _odds(share: float) -> float:
    return share / (1.0 - share) if share < 1.0 else math.inf
