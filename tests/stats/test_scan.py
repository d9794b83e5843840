"""The scans, against brute force, planted changes and none."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.stats.likelihoods import binomial
from logsleuth.stats.scan import binomial_score, multinomial_scan
from logsleuth.stats.search import best_interval

Ints = npt.NDArray[np.int64]


def scan(k: npt.ArrayLike, n: npt.ArrayLike, min_length: int = 1) -> tuple[int, int, float]:
    """The stretch of failures k among requests n that differs most from the rest."""
    failed, asked = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    return best_interval(binomial_score(failed, asked), failed.size, min_length)


def planted(
    length: int, start: int, stop: int, seed: int, low: float = 0.002, high: float = 0.1
) -> tuple[Ints, Ints]:
    rng = np.random.default_rng(seed)
    rate = np.full(length, low)
    rate[start:stop] = high
    n = rng.poisson(50, length)
    return rng.binomial(n, rate), n


def brute_force(k: Ints, n: Ints) -> float:
    whole = np.array([k.sum(), n.sum()], dtype=float)
    best = 0.0
    for start in range(k.size):
        for stop in range(start + 1, k.size + 1):
            inside = np.array([k[start:stop].sum(), n[start:stop].sum()], dtype=float)
            outside = whole - inside
            llr = binomial(*inside) + binomial(*outside) - binomial(*whole)
            best = max(best, float(llr))
    return best


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_the_scan_finds_what_brute_force_finds(bins: list[tuple[int, int]]) -> None:
    k = np.array([failed for failed, _ in bins], dtype=np.int64)
    n = np.array([failed + fine for failed, fine in bins], dtype=np.int64)
    assert scan(k, n)[2] == pytest.approx(brute_force(k, n), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_a_step_is_found_within_two_bins(seed: int) -> None:
    k, n = planted(900, 430, 670, seed)
    begin, end, _ = scan(k, n)
    assert abs(begin - 430) <= 2
    assert abs(end - 670) <= 2


@pytest.mark.parametrize(("start", "stop"), [(20_000, 20_007), (20_000, 20_240), (9_000, 60_000)])
def test_a_long_series_is_scanned_coarse_to_fine(start: int, stop: int) -> None:
    k, n = planted(86_400, start, stop, seed=2, high=0.2 if stop - start < 10 else 0.05)
    begin, end, _ = scan(k, n)
    assert abs(begin - start) <= 2
    assert abs(end - stop) <= 2


def test_coarse_to_fine_agrees_with_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    agree = 0
    for seed in range(10):
        k, n = planted(1400, 700, 760, seed, high=0.02)
        exact = scan(k, n)
        with monkeypatch.context() as patched:
            patched.setattr("logsleuth.stats.search.EXACT", 100)
            agree += scan(k, n) == exact
    assert agree >= 9


def test_an_open_end_and_a_least_length() -> None:
    k, n = planted(600, 400, 600, seed=3)
    # Of a series in two parts either one differs most from the other.
    assert 400 in scan(k, n)[:2]
    begin, end, _ = scan([0, 0, 9, 0, 0, 0], [10] * 6, min_length=3)
    assert end - begin >= 3


def test_a_drop_is_the_mirror_of_a_rise() -> None:
    k, n = planted(300, 100, 150, seed=4)
    rise, drop = scan(k, n), scan(n - k, n)
    assert rise[:2] == drop[:2]
    assert rise[2] == pytest.approx(drop[2])


def test_nothing_stands_out_of_a_constant_or_empty_series() -> None:
    assert scan([1] * 9, [10] * 9)[2] == pytest.approx(0.0)
    assert scan([0] * 9, [0] * 9)[2] == pytest.approx(0.0)
    assert multinomial_scan(np.ones((9, 3))) is None


def test_a_change_of_shares_is_dated() -> None:
    rng = np.random.default_rng(1)
    counts = rng.multinomial(50, [0.25] * 4, 900)
    counts[400:600] = rng.multinomial(50, [0.4, 0.2, 0.2, 0.2], 200)
    found = multinomial_scan(counts)
    assert found is not None
    assert abs(found.start - 400) <= 3
    assert abs(found.stop - 600) <= 3
    assert found.shares_in == pytest.approx((0.4, 0.2, 0.2, 0.2), abs=0.02)
    assert sum(found.shares_in) == pytest.approx(1.0)
    assert sum(found.shares_out) == pytest.approx(1.0)
    halved = multinomial_scan(counts, phi=2.0)
    assert halved is not None
    assert halved.llr == pytest.approx(found.llr / 2)


def test_of_a_single_change_of_shares_the_later_part_is_told() -> None:
    counts = np.concatenate([np.tile([9, 1], (40, 1)), np.tile([5, 5], (60, 1))])
    found = multinomial_scan(counts)
    assert found is not None
    assert (found.start, found.stop) == (40, 100)
    assert found.shares_out == pytest.approx((0.9, 0.1))


def test_chance_stays_below_the_bar() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert scan(rng.binomial(20, 0.3, 500), [20] * 500)[2] < 3 * math.log(500)
        shares = multinomial_scan(rng.multinomial(20, [0.2, 0.3, 0.5], 300))
        assert shares is None or shares.llr < 3 * math.log(300)


def test_an_unusable_dispersion_is_refused() -> None:
    with pytest.raises(ValueError, match="phi"):
        multinomial_scan([[1, 2], [2, 1]], phi=0.0)
