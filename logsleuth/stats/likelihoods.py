"""Log-likelihoods at their maximum, in terms of x ln x so that zeros need no special case."""

from __future__ import annotations

from typing import cast

import numpy as np

from logsleuth.stats.arrays import FloatArray


def xlogx(x: FloatArray) -> FloatArray:
    """X ln x, 0 at 0; any shape."""
    from scipy.special import xlogy

    return cast(FloatArray, xlogy(x, x))


def binomial(k: FloatArray, n: FloatArray) -> FloatArray:
    """The binomial log-likelihood at its maximum, k ln(k/n) + (n-k) ln(1-k/n); any shape."""
    return xlogx(k) + xlogx(n - k) - xlogx(n)


def sums(values: FloatArray) -> FloatArray:
    """Prefix sums with a leading zero along the first axis: `sums[b] - sums[a]` is [a, b)."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


def split_profile(k: FloatArray, n: FloatArray) -> FloatArray:
    """The log-likelihood ratio of one step in rate before each bin.

    Args:
        k: successes per bin, [T].
        n: trials per bin, [T].

    Returns:
        [T], element t for a step between bins t-1 and t; element 0 is 0 (no step). Hinkley (1970),
        "Inference about the change-point in a sequence of random variables".
    """
    k_sum, n_sum = sums(k), sums(n)
    before = binomial(k_sum[:-1], n_sum[:-1])
    after = binomial(k_sum[-1] - k_sum[:-1], n_sum[-1] - n_sum[:-1])
    return before + after - binomial(k_sum[-1:], n_sum[-1:])
