"""The scans, against brute force, planted changes and none."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.stats.likelihoods import binomial
from logsleuth.stats.scan import binomial_scan, multinomial_scan, poisson_scan

Ints = npt.NDArray[np.int64]


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
            if inside[0] * outside[1] > outside[0] * inside[1]:
                llr = binomial(*inside) + binomial(*outside) - binomial(*whole)
                best = max(best, float(llr))
    return best


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
def test_the_scan_finds_what_brute_force_finds(bins: list[tuple[int, int]]) -> None:
    k = np.array([failed for failed, _ in bins], dtype=np.int64)
    n = np.array([failed + fine for failed, fine in bins], dtype=np.int64)
    found, best = binomial_scan(k, n), brute_force(k, n)
    assert (found.llr if found else 0.0) == pytest.approx(best, abs=1e-9)
    if found:
        assert found.rate_in > found.rate_out
        assert n[found.start] > 0


@pytest.mark.parametrize("seed", range(20))
def test_a_step_is_found_within_two_bins(seed: int) -> None:
    k, n = planted(900, 430, 670, seed)
    found = binomial_scan(k, n)
    assert found is not None
    assert abs(found.start - 430) <= 2
    assert abs(found.stop - 670) <= 2
    assert found.rate_in == pytest.approx(0.1, abs=0.01)
    assert found.rate_out == pytest.approx(0.002, abs=0.001)


@pytest.mark.parametrize(("start", "stop"), [(20_000, 20_007), (20_000, 20_240), (9_000, 60_000)])
def test_a_long_series_is_scanned_coarse_to_fine(start: int, stop: int) -> None:
    k, n = planted(86_400, start, stop, seed=2, high=0.2 if stop - start < 10 else 0.05)
    found = binomial_scan(k, n)
    assert found is not None
    assert abs(found.start - start) <= 2
    assert abs(found.stop - stop) <= 2


def test_coarse_to_fine_agrees_with_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    agree = 0
    for seed in range(10):
        k, n = planted(1400, 700, 760, seed, high=0.02)
        exact = binomial_scan(k, n)
        with monkeypatch.context() as patched:
            patched.setattr("logsleuth.stats.search.EXACT", 100)
            agree += binomial_scan(k, n) == exact
    assert agree >= 9


def test_an_open_end_and_a_least_length() -> None:
    k, n = planted(600, 400, 600, seed=3)
    found = binomial_scan(k, n)
    assert found is not None
    assert found.stop == 600
    spike = binomial_scan([0, 0, 9, 0, 0, 0], [10] * 6, min_length=3)
    assert spike is not None
    assert spike.stop - spike.start >= 3


def test_a_drop_is_the_mirror_of_a_rise() -> None:
    k, n = planted(300, 100, 150, seed=4)
    rise, drop = binomial_scan(k, n), binomial_scan(n - k, n, direction="drop")
    assert rise is not None
    assert drop is not None
    assert (rise.start, rise.stop) == (drop.start, drop.stop)
    assert rise.llr == pytest.approx(drop.llr)


def test_nothing_stands_out_of_a_constant_or_empty_series() -> None:
    assert binomial_scan([], []) is None
    assert binomial_scan([1] * 9, [10] * 9) is None
    assert binomial_scan([0] * 9, [0] * 9) is None
    assert multinomial_scan(np.ones((9, 3))) is None
    assert poisson_scan([5] * 9) is None


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


def test_traffic_that_stops_and_traffic_that_floods() -> None:
    n = np.random.default_rng(2).poisson(50, 900)
    n[300:330] = 0
    n[700:720] = 200
    drop, flood = poisson_scan(n), poisson_scan(n, direction="rise")
    assert drop is not None
    assert (drop.start, drop.stop, drop.rate_in) == (300, 330, 0.0)
    assert flood is not None
    assert (flood.start, flood.stop, flood.rate_in) == (700, 720, 200.0)


def test_chance_stays_below_the_bar() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        found = poisson_scan(rng.poisson(20, 500), direction="rise")
        assert found is None or found.llr < 3 * math.log(500)
        shares = multinomial_scan(rng.multinomial(20, [0.2, 0.3, 0.5], 300))
        assert shares is None or shares.llr < 3 * math.log(300)


@pytest.mark.parametrize(
    ("k", "n"), [([2], [1]), ([1], [1, 2]), ([-1], [1]), ([math.nan], [1]), ([[1]], [[1]])]
)
def test_unusable_series_are_refused(k: npt.ArrayLike, n: npt.ArrayLike) -> None:
    with pytest.raises(ValueError, match=r".+"):
        binomial_scan(k, n)


def test_an_unusable_dispersion_is_refused() -> None:
    with pytest.raises(ValueError, match="phi"):
        poisson_scan([1, 2], phi=0.0)
