"""Who got how many requests: tests of shares, corrected for how the balancer hands them out.

Requests are rarely dealt independently. Round robin deals more evenly than chance and sticky
sessions much less, so every test here takes `phi`, the dispersion of the selection in force:
about 0.01 for round robin, 1 for random, 2m-1 for sessions of m requests, more for hashed clients.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_counts, check_positive
from logsleuth.stats.distributions import chi2_p, f_p
from logsleuth.stats.likelihoods import xlogx
from logsleuth.stats.proportions import SMALL_EXPECTATION

if TYPE_CHECKING:
    from collections.abc import Callable


DRAWS = 4999
"""Simulated tables behind a p-value where an expected count is small."""


@dataclass(frozen=True, slots=True)
class ShareTest:
    """Observed shares against expected ones; decide on the sizes, not on the p-value.

    `total_variation` is the share of requests that went to the wrong server. `cohen_w` is 0.1, 0.3
    and 0.5 for a small, medium and large departure. `ratios` are observed over expected share per
    server: 1 where both are 0, infinite (with `g` and `cohen_w`) where only the expected one is.
    """

    g: float
    df: int
    p_value: float
    cohen_w: float
    total_variation: float
    ratios: tuple[float, ...]


def g_test(
    observed: npt.ArrayLike,
    expected_shares: npt.ArrayLike,
    phi: float = 1.0,
    phi_df: float | None = None,
) -> ShareTest:
    """Tests counts against expected shares by G = 2 sum n ln(n / Np), Woolf (1957).

    The p-value is that of G / phi on chi-squared; with `phi_df` that of the quasi-likelihood F
    test, which knows that phi is an estimate (McCullagh and Nelder 1989, 4.5). With phi 1 and an
    expected count below 5 it is simulated, with a fixed seed.

    Args:
        observed: [k], requests per server.
        expected_shares: [k], in any scale: weights will do.
        phi: the dispersion in force, see `dispersion`.
        phi_df: degrees of freedom of phi, (bins that gave it) * (k-1).

    Raises:
        ValueError: shapes differ, a value is negative or not finite, no share is above 0, or phi is
            not above 0.
    """
    counts, shares = as_counts(observed, "observed"), as_counts(expected_shares, "expected_shares")
    check_positive(phi, "phi")
    _check_same(counts, shares)
    _check_some(shares)
    shares, total = shares / shares.sum(), float(counts.sum())
    df = max(0, int(((shares > 0) | (counts > 0)).sum()) - 1)
    if total == 0:
        return ShareTest(0.0, df, 1.0, 0.0, 0.0, (1.0,) * counts.size)
    g = float(_g(counts, shares))
    p_value = 0.0 if math.isinf(g) else _p(g, df, phi, phi_df)
    smallest = total * float(shares[shares > 0].min())
    if math.isfinite(g) and df and phi == 1.0 and smallest < SMALL_EXPECTATION:
        p_value = _simulated(
            g, p_value, lambda rng: _g(rng.multinomial(round(total), shares, DRAWS), shares)
        )
    return _result(g, df, p_value, counts / total, shares, _cohen_w(counts / total, shares))


def homogeneity(
    counts_a: npt.ArrayLike,
    counts_b: npt.ArrayLike,
    phi: float = 1.0,
    phi_df: float | None = None,
) -> ShareTest:
    """Tells "the shares changed" from "they were always so": the G test of a 2 x k table.

    P-values as in `g_test` (simulated with fixed margins where an expected count is below 5).

    Args:
        counts_a: [k], requests per server in the baseline.
        counts_b: [k], in the window; `ratios` are shares of b over shares of a.
        phi: the dispersion in force.
        phi_df: degrees of freedom of phi.

    Raises:
        ValueError: shapes differ, a value is negative or not finite, or phi is not above 0.
    """
    a, b = as_counts(counts_a, "counts_a"), as_counts(counts_b, "counts_b")
    check_positive(phi, "phi")
    _check_same(a, b)
    both, size_a, size_b = a + b, float(a.sum()), float(b.sum())
    df = max(0, int((both > 0).sum()) - 1)
    if size_a == 0 or size_b == 0:
        return ShareTest(0.0, df, 1.0, 0.0, 0.0, (1.0,) * a.size)
    pooled = both / both.sum()
    g = max(0.0, float(_g(a, pooled) + _g(b, pooled)))
    p_value = _p(g, df, phi, phi_df)
    smallest = float(both[both > 0].min()) * min(size_a, size_b) / (size_a + size_b)
    if df and phi == 1.0 and smallest < SMALL_EXPECTATION:
        p_value = _simulated(g, p_value, lambda rng: _shuffled_g(rng, a, both))
    first, second = a / size_a, b / size_b
    x2 = size_a * _cohen_w(first, pooled) ** 2 + size_b * _cohen_w(second, pooled) ** 2
    return _result(g, df, p_value, second, first, math.sqrt(x2 / float(both.sum())))


def dispersion(
    counts: npt.ArrayLike, shares: npt.ArrayLike | None = None, floor: float = 0.05
) -> float:
    """Phi, the mean Pearson X2 of a bin over its k-1 degrees of freedom; 1 is random selection.

    Estimate it on the baseline, in bins of about 10 s. Neighbouring bins are merged until each has
    5k requests. Servers with an expected share of 0 are left out. With fewer than 3 such bins, or
    fewer than 2 servers, nothing can be estimated: 1 (see `cluster_phi`).

    Args:
        counts: [bins, k], requests.
        shares: [k], expected, in any scale; None for those of all bins together, whose freedom
            is then taken off.
        floor: the least to return, so that round robin doesn't make every rounding significant.

    Raises:
        ValueError: shapes differ, or a value is negative or not finite.
    """
    table = as_counts(counts, "counts", ndim=2)
    expected = table.sum(axis=0) if shares is None else as_counts(shares, "shares")
    _check_same(table[0] if len(table) else expected, expected)
    table, expected = table[:, expected > 0], expected[expected > 0]
    servers = expected.size
    merged = _merged(table, 5.0 * servers)
    if servers < 2 or len(merged) < 3:
        return max(1.0, floor)
    means = merged.sum(axis=1, keepdims=True) * (expected / expected.sum())
    x2 = float(((merged - means) ** 2 / means).sum())
    freedom = (len(merged) - (1 if shares is None else 0)) * (servers - 1)
    return max(floor, x2 / freedom)


def _check_same(first: FloatArray, second: FloatArray) -> None:
    if first.shape != second.shape:
        message = f"the counts and shares are of {first.size} and of {second.size} servers"
        raise ValueError(message)


def _check_some(shares: FloatArray) -> None:
    if shares.sum() <= 0:
        message = "no server has an expected share above 0"
        raise ValueError(message)


def _g(counts: npt.NDArray[np.generic], shares: FloatArray) -> FloatArray:
    """G along the last axis; infinite where a server without a share has requests."""
    n = np.asarray(counts, dtype=np.float64)
    used = shares > 0
    total = n.sum(axis=-1)
    g = xlogx(n[..., used]).sum(axis=-1) - n[..., used] @ np.log(shares[used]) - xlogx(total)
    impossible = n[..., ~used].sum(axis=-1) > 0
    return np.where(impossible, np.inf, np.maximum(2.0 * g, 0.0))


def _p(g: float, df: int, phi: float, phi_df: float | None) -> float:
    return chi2_p(g / phi, df) if phi_df is None else f_p(g / max(df, 1) / phi, df, phi_df)


def _simulated(
    g: float, asymptotic: float, draw: Callable[[np.random.Generator], FloatArray]
) -> float:
    """The share of draws at least as far out; beyond their reach, the asymptotic value."""
    beyond = int((draw(np.random.default_rng(0)) >= g - 1e-9).sum())
    return (beyond + 1) / (DRAWS + 1) if beyond else min(asymptotic, 1 / (DRAWS + 1))


def _shuffled_g(rng: np.random.Generator, a: FloatArray, both: FloatArray) -> FloatArray:
    totals = np.rint(both).astype(np.int64)
    drawn = rng.multivariate_hypergeometric(
        totals, int(np.rint(a).sum()), size=DRAWS, method="marginals"
    )
    pooled = totals / totals.sum()
    return _g(drawn, pooled) + _g(totals - drawn, pooled)


def _cohen_w(observed: FloatArray, expected: FloatArray) -> float:
    """sqrt(sum (o-e)^2 / e), Cohen (1988); infinite where only e is 0."""
    used = expected > 0
    if (observed[~used] > 0).any():
        return math.inf
    with np.errstate(over="ignore"):
        return math.sqrt(float(((observed[used] - expected[used]) ** 2 / expected[used]).sum()))


def _result(
    g: float, df: int, p_value: float, observed: FloatArray, expected: FloatArray, cohen_w: float
) -> ShareTest:
    ratios = np.where(observed > 0, np.inf, 1.0)
    with np.errstate(over="ignore"):
        np.divide(observed, expected, out=ratios, where=expected > 0)
    variation = min(1.0, float(np.abs(observed - expected).sum()) / 2.0)
    return ShareTest(g, df, p_value, cohen_w, variation, tuple(ratios.tolist()))


def _merged(table: FloatArray, least: float) -> FloatArray:
    """Neighbouring rows added up until each has `least`; the rest joins the last one."""
    starts, held = [0], 0.0
    for row, size in enumerate(table.sum(axis=1).tolist()):
        held += size
        if held >= least:
            starts.append(row + 1)
            held = 0.0
    starts.pop()  # what follows the last full bin joins it
    return np.add.reduceat(table, starts, axis=0) if starts else table[:0]
