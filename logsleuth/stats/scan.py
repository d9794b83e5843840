"""The stretch of time that differs most from the rest, for rates, shares and counts.

Each scan maximises the log-likelihood ratio "inside and outside have their own rate" against "one
rate for all" over every stretch [start, stop) of bins: Kulldorff (1997), "A spatial scan
statistic", in one dimension. What is significant is the caller's to say: 3 ln T is a good bar for
T bins (see `episodes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    as_counts,
    as_successes,
    check_positive,
)
from logsleuth.stats.likelihoods import binomial, sums, xlogx
from logsleuth.stats.search import Score, best_interval


@dataclass(frozen=True, slots=True)
class Segment:
    """The bins [start, stop), how clearly they stand out, and the rates inside and outside."""

    start: int
    stop: int
    llr: float
    rate_in: float
    rate_out: float


@dataclass(frozen=True, slots=True)
class ShareSegment:
    """The bins [start, stop) in which the shares were `shares_in`, `shares_out` elsewhere."""

    start: int
    stop: int
    llr: float
    shares_in: tuple[float, ...]
    shares_out: tuple[float, ...]


def binomial_scan(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    min_length: int = 1,
    direction: Literal["rise", "drop"] = "rise",
) -> Segment | None:
    """The stretch whose failure rate stands out most above (or below) the rest.

    Args:
        k: failures per bin, [T].
        n: requests per bin, [T].
        min_length: the fewest bins a stretch may have.
        direction: whether the rate inside is the higher or the lower one.

    Returns:
        The maximiser (exact up to 1500 bins, see `search`), without empty bins at its start where
        `min_length` allows; None when no stretch differs.

    Raises:
        ValueError: lengths differ, or a count is negative, not finite, or k exceeds n.
    """
    k, n = as_successes(k, n)
    start, stop, llr = best_interval(binomial_score(k, n, direction), k.size, min_length)
    if llr <= 0:
        return None
    start = min(start + int((n[start:] > 0).argmax()), stop - min_length)
    k_in, n_in = float(k[start:stop].sum()), float(n[start:stop].sum())
    rate_out = (float(k.sum()) - k_in) / (float(n.sum()) - n_in)
    return Segment(start, stop, llr, k_in / n_in, rate_out)


def multinomial_scan(
    counts: npt.ArrayLike, min_length: int = 1, phi: float = 1.0
) -> ShareSegment | None:
    """The stretch whose shares differ most from those of the rest.

    A single step splits a series in two, either of which fits equally: the later one is returned,
    since what came first is the baseline.

    Args:
        counts: [T, k], requests per bin and server.
        min_length: the fewest bins a stretch may have.
        phi: the dispersion of the selection (see `shares.dispersion`); divides the ratio.

    Raises:
        ValueError: the shape is wrong, a count is negative or not finite, or phi is not above 0.
    """
    table = as_counts(counts, "counts", ndim=2)
    check_positive(phi, "phi")
    length = len(table)
    start, stop, llr = best_interval(_multinomial_score(table), length, min_length)
    if llr <= 1e-9:
        return None
    if start == 0 and length - stop >= min_length:
        start, stop = stop, length
    inside = table[start:stop].sum(axis=0)
    outside = table.sum(axis=0) - inside
    return ShareSegment(start, stop, llr / phi, _shares(inside), _shares(outside))


def poisson_scan(
    n: npt.ArrayLike,
    direction: Literal["drop", "rise"] = "drop",
    min_length: int = 1,
    phi: float = 1.0,
) -> Segment | None:
    """The stretch with the most conspicuous lack (or flood) of events.

    Args:
        n: events per bin, [T]; rates of the result are per bin.
        direction: whether the rate inside is the lower or the higher one.
        min_length: the fewest bins a stretch may have.
        phi: how much burstier than Poisson the traffic is (see `counts.count_dispersion`).

    Raises:
        ValueError: a count is negative or not finite, or phi is not above 0.
    """
    events = as_counts(n, "n")
    check_positive(phi, "phi")
    start, stop, llr = best_interval(_poisson_score(events, direction), events.size, min_length)
    if llr <= 0:
        return None
    inside = float(events[start:stop].sum())
    rate_out = (float(events.sum()) - inside) / (events.size - (stop - start))
    return Segment(start, stop, llr / phi, inside / (stop - start), rate_out)


def binomial_score(
    k: FloatArray, n: FloatArray, direction: Literal["rise", "drop", "any"]
) -> Score:
    """The log-likelihood ratio of two rates against one, for `search.best_interval`."""
    k_sum, n_sum = sums(k), sums(n)
    k_all, n_all = k_sum[-1], n_sum[-1]
    whole = binomial(k_all, n_all)

    def score(starts: IntArray, stops: IntArray) -> FloatArray:
        k_in = np.maximum(k_sum[stops] - k_sum[starts], 0.0)
        n_in = np.maximum(n_sum[stops] - n_sum[starts], 0.0)
        chosen = _chosen(k_in * n_all, k_all * n_in, direction)
        values = np.zeros(chosen.shape)
        k_in, n_in = k_in[chosen], n_in[chosen]
        values[chosen] = binomial(k_in, n_in) + binomial(k_all - k_in, n_all - n_in) - whole
        return values

    return score


def _multinomial_score(table: FloatArray) -> Score:
    columns = [sums(column) for column in table.T]
    total = sums(table.sum(axis=1))

    def likelihoods(starts: IntArray, stops: IntArray, sum_: FloatArray) -> FloatArray:
        inside = np.maximum(sum_[stops] - sum_[starts], 0.0)
        return xlogx(inside) + xlogx(sum_[-1] - inside) - xlogx(sum_[-1])

    def score(starts: IntArray, stops: IntArray) -> FloatArray:
        values = -likelihoods(starts, stops, total)
        for column in columns:
            values += likelihoods(starts, stops, column)
        return values

    return score


def _poisson_score(n: FloatArray, direction: Literal["drop", "rise"]) -> Score:
    n_sum, length = sums(n), float(n.size)

    def fit(events: FloatArray, bins: FloatArray) -> FloatArray:
        return xlogx(events) - events * np.log(np.maximum(bins, 1.0))

    whole = fit(n_sum[-1], np.array(length))

    def score(starts: IntArray, stops: IntArray) -> FloatArray:
        n_in = np.maximum(n_sum[stops] - n_sum[starts], 0.0)
        bins = np.maximum(stops - starts, 0).astype(np.float64)
        chosen = _chosen(n_in * length, n_sum[-1] * bins, direction)
        values = np.zeros(chosen.shape)
        n_in, bins = n_in[chosen], bins[chosen]
        values[chosen] = fit(n_in, bins) + fit(n_sum[-1] - n_in, length - bins) - whole
        return values

    return score


def _chosen(
    inside: FloatArray, overall: FloatArray, direction: Literal["rise", "drop", "any"]
) -> BoolArray:
    """Where the inside lies on the wanted side of the overall rate, both cross-multiplied."""
    if direction == "rise":
        return np.greater(inside, overall)
    if direction == "drop":
        return np.less(inside, overall)
    return np.not_equal(inside, overall)


def _shares(counts: FloatArray) -> tuple[float, ...]:
    total = float(counts.sum())
    return tuple((counts / total).tolist()) if total > 0 else (0.0,) * counts.size
