"""Shares against expectation, against scipy and against balancers that are played."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from logsleuth.stats.shares import (
    dispersion,
    g_test,
    homogeneity,
)

EQUAL = [0.25] * 4


def played(servers: npt.NDArray[np.int64], per_bin: int = 600) -> npt.NDArray[np.int64]:
    """Requests per bin and server, from the server of each request."""
    return np.stack(
        [np.bincount(one, minlength=4) for one in np.array_split(servers, servers.size // per_bin)]
    )


def test_g_is_scipys() -> None:
    observed, weights = np.array([130, 80, 95, 195]), np.array([1, 1, 1, 2])
    expected = observed.sum() * weights / weights.sum()
    g = stats.power_divergence(observed, expected, lambda_="log-likelihood")
    x2 = stats.chisquare(observed, expected)
    found = g_test(observed, weights)
    assert found.g == pytest.approx(g.statistic)
    assert found.p_value == pytest.approx(g.pvalue)
    assert found.df == 3
    assert found.cohen_w == pytest.approx(math.sqrt(x2.statistic / observed.sum()))
    assert found.ratios == pytest.approx(tuple(observed / expected))
    assert g_test(observed, weights, phi=4.0).p_value == pytest.approx(
        stats.chi2.sf(g.statistic / 4, 3)
    )
    assert g_test(observed, weights, phi=4.0, phi_df=90).p_value == pytest.approx(
        stats.f.sf(g.statistic / 12, 3, 90)
    )


def test_homogeneity_is_scipys() -> None:
    a, b = np.array([400, 380, 420, 0]), np.array([90, 130, 60, 0])
    oracle = stats.chi2_contingency([a[:3], b[:3]], correction=False, lambda_="log-likelihood")
    found = homogeneity(a, b)
    assert (found.g, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))
    x2 = stats.chi2_contingency([a[:3], b[:3]], correction=False).statistic
    assert found.df == 2
    assert found.cohen_w == pytest.approx(math.sqrt(x2 / (a.sum() + b.sum())))
    assert found.total_variation == pytest.approx(0.5 * np.abs(a / 1200 - b / 280).sum())


def test_total_variation_is_the_share_sent_wrongly() -> None:
    found = g_test([700, 100, 100, 100], EQUAL)
    assert found.total_variation == pytest.approx(0.45)
    assert found.ratios[0] == pytest.approx(2.8)


def test_requests_to_a_server_without_a_share() -> None:
    found = g_test([50, 50, 1], [1, 1, 0])
    assert (found.g, found.p_value, found.cohen_w) == (math.inf, 0.0, math.inf)
    assert found.ratios[2] == math.inf
    quiet = g_test([50, 50, 0], [1, 1, 0])
    assert (quiet.df, quiet.ratios[2], quiet.p_value) == (1, 1.0, 1.0)


def test_a_server_that_appears_only_in_the_window() -> None:
    found = homogeneity([500, 500, 0], [300, 300, 400])
    assert found.ratios == pytest.approx((0.6, 0.6, math.inf))
    assert math.isfinite(found.g)
    assert found.p_value < 1e-30


def test_small_counts_are_simulated() -> None:
    exact = stats.fisher_exact([[5, 1], [1, 6]]).pvalue
    assert homogeneity([5, 1], [1, 6]).p_value == pytest.approx(exact, abs=0.02)
    assert g_test([4, 0], [1, 1]).p_value == pytest.approx(0.125, abs=0.015)
    assert g_test([4, 0], [1, 1]) == g_test([4, 0], [1, 1])
    assert g_test([0, 500, 500], [0.001, 0.4, 0.6]).p_value < 1e-3


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50)), min_size=1, max_size=6),
    st.floats(0.01, 50),
)
def test_a_share_test_is_coherent(pairs: list[tuple[int, int]], phi: float) -> None:
    observed, weights = zip(*pairs, strict=True)
    found = [homogeneity(observed, weights, phi)]
    if sum(weights):
        found.append(g_test(observed, weights, phi))
    for one in found:
        assert 0.0 <= one.p_value <= 1.0
        assert 0.0 <= one.total_variation <= 1.0
        assert one.g >= 0.0
        assert one.cohen_w >= 0.0
        assert not any(math.isnan(ratio) for ratio in one.ratios)
        assert len(one.ratios) == len(pairs)
    if sum(weights) and sum(observed) and math.isfinite(found[-1].g):
        shares = np.array(weights) / sum(weights)
        assert float(np.dot(found[-1].ratios, shares)) == pytest.approx(1.0), "shares sum to 1"


def test_no_requests_tell_nothing() -> None:
    assert g_test([0, 0], [1, 1]).p_value == 1.0
    assert homogeneity([0, 0], [3, 4]).p_value == 1.0
    assert g_test([9], [1]).p_value == g_test([9], [1], phi_df=30).p_value == 1.0


def test_round_robin_deals_more_evenly_than_chance() -> None:
    servers = np.arange(60_000) % 4
    assert dispersion(played(servers, 601), EQUAL, floor=0.0) < 0.01
    assert dispersion(played(servers), EQUAL) == 0.05


def test_random_selection_has_dispersion_one() -> None:
    servers = np.random.default_rng(5).integers(0, 4, 120_000)
    assert dispersion(played(servers), EQUAL) == pytest.approx(1.0, abs=0.15)
    assert dispersion(played(servers)) == pytest.approx(1.0, abs=0.15)


def test_sticky_sessions_have_a_large_dispersion() -> None:
    rng = np.random.default_rng(6)
    sizes = rng.geometric(1 / 8, 15_000)
    servers = np.repeat(rng.integers(0, 4, sizes.size), sizes)
    phi = dispersion(played(servers), EQUAL)
    assert 10 < phi < 18
    total = np.bincount(servers, minlength=4)
    assert g_test(total, EQUAL, phi).p_value > 1e-3


def test_sticky_sessions_raise_false_alarms_only_without_phi() -> None:
    rng = np.random.default_rng(8)
    naive = corrected = 0
    for _ in range(200):
        total = 8 * rng.multinomial(500, EQUAL)
        naive += g_test(total, EQUAL).p_value < 0.01
        corrected += g_test(total, EQUAL, phi=8.0).p_value < 0.01
    assert naive > 60
    assert corrected <= 8


def test_thin_bins_are_merged_and_too_few_tell_nothing() -> None:
    rng = np.random.default_rng(7)
    assert dispersion(rng.multinomial(3, EQUAL, 4000), EQUAL) == pytest.approx(1.0, abs=0.15)
    assert dispersion([[3, 4], [4, 4]], [1, 1]) == 1.0
    assert dispersion(np.zeros((0, 2)), [1, 1]) == 1.0


@pytest.mark.parametrize(
    ("observed", "shares"),
    [([1, 2], [1]), ([1, -2], [1, 1]), ([1, 2], [0, 0]), ([1], [math.nan])],
)
def test_unusable_shares_are_refused(observed: list[int], shares: list[float]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        g_test(observed, shares)


def test_an_unusable_phi_is_refused() -> None:
    with pytest.raises(ValueError, match="phi"):
        g_test([1, 2], [1, 1], phi=0.0)


def test_a_vanishing_share_overflows_to_infinity() -> None:
    found = g_test([5, 5], [5e-324, 1.0])
    assert found.ratios[0] == math.inf
    assert found.p_value < 1e-3
