"""The stretch of time that differs most from the rest, for rates and for shares.

Each scan maximises the log-likelihood ratio "inside and outside have their own rate" against "one
rate for all" over every stretch [start, stop) of bins: Kulldorff (1997), "A spatial scan
statistic", in one dimension. What is significant is the caller's to say: 3 ln T is a good bar for
T bins (see `episodes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, IntArray, as_counts, check_positive
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


def binomial_score(k: FloatArray, n: FloatArray) -> Score:
    """The log-likelihood ratio of two rates against one, for `search.best_interval`."""
    k_sum, n_sum = sums(k), sums(n)
    k_all, n_all = k_sum[-1], n_sum[-1]
    whole = binomial(k_all, n_all)

    def score(starts: IntArray, stops: IntArray) -> FloatArray:
        k_in = np.maximum(k_sum[stops] - k_sum[starts], 0.0)
        n_in = np.maximum(n_sum[stops] - n_sum[starts], 0.0)
        chosen = k_in * n_all != k_all * n_in
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


def _shares(counts: FloatArray) -> tuple[float, ...]:
    total = float(counts.sum())
    return tuple((counts / total).tolist()) if total > 0 else (0.0,) * counts.size
