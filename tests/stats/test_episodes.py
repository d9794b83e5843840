"""Episodes: those that were planted and no others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.stats.episodes import episodes


def spans(
    rates: list[tuple[int, float]], volume: float = 50, seed: int = 1
) -> list[tuple[int, int]]:
    """The episodes of a series made of (bins, rate) pieces."""
    rng = np.random.default_rng(seed)
    rate = np.concatenate([np.full(bins, value) for bins, value in rates])
    n = rng.poisson(volume, rate.size)
    return [(one.start, one.stop) for one in episodes(rng.binomial(n, rate), n)]


def close(found: list[tuple[int, int]], wanted: list[tuple[int, int]], by: int = 3) -> bool:
    return len(found) == len(wanted) and bool(
        np.abs(np.subtract(found, wanted)).max(initial=0) <= by
    )


def test_no_episode_in_forty_null_runs() -> None:
    for seed in range(40):
        assert spans([(900, 0.002)], seed=seed) == []


@pytest.mark.parametrize("seed", range(10))
def test_one_step_is_one_episode(seed: int) -> None:
    assert close(spans([(300, 0.002), (240, 0.1), (360, 0.002)], seed=seed), [(300, 540)], by=2)


def test_a_short_gap_parts_two_episodes() -> None:
    pieces = [(100, 0.002), (100, 0.1), (20, 0.002), (100, 0.1), (280, 0.002), (100, 0.05)]
    assert close(spans(pieces), [(100, 200), (220, 320), (600, 700)])


def test_an_episode_that_gets_worse_is_one() -> None:
    assert close(spans([(300, 0.002), (100, 0.05), (60, 0.4), (200, 0.002)]), [(300, 460)])


def test_an_episode_may_outlast_the_evidence() -> None:
    for seed in range(10):
        found = spans([(200, 0.002), (600, 0.1)], seed=seed)
        assert close(found, [(200, 800)], by=2)
        assert found[0][1] == 800


def test_a_busy_day_is_no_episode_but_a_burst_in_it_is() -> None:
    day = [(1500, 0.001), (1000, 0.004), (60, 0.1), (1000, 0.004)]
    assert close(spans(day, volume=500), [(2500, 2560)])


def test_the_floors_hold() -> None:
    raised = [(500, 0.002), (200, 0.02), (500, 0.002)]
    rng = np.random.default_rng(1)
    rate = np.concatenate([np.full(bins, value) for bins, value in raised])
    n = rng.poisson(50, rate.size)
    k = rng.binomial(n, rate)
    (found,) = episodes(k, n)
    assert found.rate_out == pytest.approx(0.002, abs=0.001)
    assert episodes(k, n, min_ratio=50) == ()
    assert episodes(k, n, min_difference=0.05) == ()
    assert episodes(k, n, min_excess=1000) == ()
    assert episodes(k, n, phi=50.0) == ()


def test_a_series_that_is_bad_throughout_has_no_baseline() -> None:
    assert spans([(400, 0.3)]) == []
    assert episodes([5] * 20, [5] * 20) == ()
    assert episodes([], []) == ()


def test_an_outage_without_traffic_does_not_move_the_start() -> None:
    k, n = np.zeros(100, dtype=int), np.full(100, 50)
    n[40:50] = 0
    k[50:70] = 25
    (found,) = episodes(k, n)
    assert (found.start, found.stop) == (50, 70)


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=30))
def test_episodes_are_in_order_and_apart(bins: list[tuple[int, int]]) -> None:
    k = [failed for failed, _ in bins]
    n = [failed + fine for failed, fine in bins]
    found = episodes(k, n)
    stop = -1
    for one in found:
        assert stop < one.start < one.stop <= len(bins)
        assert one.rate_in > one.rate_out >= 0.0
        assert one.llr > 0.0
        stop = one.stop


def test_a_calm_end_by_luck_does_not_make_the_rest_an_episode() -> None:
    """Four errors before and none afterwards are one baseline, not two levels."""
    n = np.full(120, 5.0)
    k = np.zeros(120)
    k[[2, 11, 37, 46]] = 1.0
    k[80:95] = 2.0
    (found,) = episodes(k, n, min_excess=6.0, min_ratio=1.5, min_difference=0.005)
    assert (found.start, found.stop) == (80, 95)
    assert found.rate_out == pytest.approx(4 / 525)


def test_few_failures_before_an_episode_by_luck_are_no_part_of_it() -> None:
    """Three of 450 before, none of 4,000 after: more, but not surely."""
    k, n = np.zeros(400), np.full(400, 12.0)
    k[[6, 11, 33]] = 1
    k[40:80] = 10
    (one,) = episodes(k, n)
    assert (one.start, one.stop) == (40, 80)
