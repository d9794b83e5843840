"""Failures under other shares: the arithmetic by hand, and the order of the bounds."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.stats.isotonic import isotonic
from logsleuth.stats.standardise import Bins, prevented

EQUAL = np.full(4, 0.25)


def bins(trials: list[list[int]], failures: list[list[int]], seconds: float = 10.0) -> Bins:
    n, k = np.array(trials, dtype=np.float64), np.array(failures, dtype=np.float64)
    none = np.zeros(len(n))
    return Bins(n, k, none, none.copy(), np.full(len(n), seconds))


def hot() -> tuple[Bins, Bins]:
    """Shares of .7 .1 .1 .1 instead of equal ones: the hot server fails 20 %, the others 0.4 %."""
    before = bins([[250] * 4] * 10, [[1, 1, 1, 0]] * 10)
    during = bins([[700, 100, 100, 100]] * 10, [[140, 1, 0, 0], [140, 0, 1, 0]] * 5)
    return before, during


def test_the_bounds_by_hand() -> None:
    found = prevented(*hot(), EQUAL)
    observed, kept = 1410.0, 10_000 * 0.25 * (0.2 + 0.005 + 0.005 + 0)
    assert found.low == pytest.approx(observed - kept)
    assert found.high == pytest.approx(observed - 10_000 * 0.003)
    assert found.low <= found.middle <= found.high
    # At a quarter of the requests every server has been seen to be well.
    assert found.middle == pytest.approx(found.high, abs=10)
    assert found.interval.low <= found.low
    assert found.high <= found.interval.high


def test_the_same_seed_gives_the_same_figures() -> None:
    assert prevented(*hot(), EQUAL) == prevented(*hot(), EQUAL)


def test_the_shares_that_were_there_prevent_at_the_least_nothing() -> None:
    before, during = hot()
    assert prevented(before, during, np.array([0.7, 0.1, 0.1, 0.1])).low == pytest.approx(
        0, abs=1e-6
    )


def test_trials_without_a_server_would_have_had_one() -> None:
    before, during = hot()
    lost = Bins(during.trials, during.failures, np.full(10, 50.0), np.full(10, 50.0), during.length)
    found, plain = prevented(before, lost, EQUAL), prevented(before, during, EQUAL)
    assert found.high == pytest.approx(plain.high + 500 * (1 - 0.003))


def test_without_a_past_the_spared_servers_are_the_yardstick() -> None:
    _, during = hot()
    nothing = bins([[0] * 4], [[0] * 4])
    found = prevented(nothing, during, EQUAL)
    assert found.high == pytest.approx(1410 - 10_000 * 10 / 3000)
    empty = Bins(*(np.zeros((0, 4)), np.zeros((0, 4))), np.zeros(0), np.zeros(0), np.zeros(0))
    assert prevented(empty, during, EQUAL).high == pytest.approx(found.high)


def test_a_load_that_was_never_seen_is_taken_for_the_greatest_that_was() -> None:
    # Both servers are at 100 at most, where half fail; with one of them alone the load were 200.
    before = bins([[50, 50]] * 10, [[0, 0]] * 10)
    during = bins([[100, 100]] * 10, [[50, 50]] * 10)
    found = prevented(before, during, np.array([1.0, 0.0]))
    assert found.middle == pytest.approx(0, abs=1e-6)


def test_isotonic_agrees_with_scipy() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(4)
    for size in (1, 2, 7, 60):
        y, w = rng.normal(size=size), rng.uniform(0.1, 3, size)
        assert isotonic(y, w) == pytest.approx(optimize.isotonic_regression(y, weights=w).x)
    assert isotonic([], []).size == 0
