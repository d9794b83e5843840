"""Onsets: unbiased for steps, early enough for ramps, with bounds that hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.stats.episodes import episodes
from logsleuth.stats.onset import Onset, likelihood_drop, refine_onset, step_location
from logsleuth.stats.scan import Segment


def onsets(high: float, ramp: int = 0, runs: int = 30) -> list[tuple[int, Onset]]:
    """(start of the scan, refined onset) of episodes from bin 250 on."""
    found = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        rate = np.full(600, 0.002)
        rate[250:490] = high
        rate[250 : 250 + ramp] = 0.002 + (high - 0.002) * np.arange(ramp) / max(ramp, 1)
        n = rng.poisson(50, 600)
        k = rng.binomial(n, rate)
        (one,) = episodes(k, n)
        found.append((one.start, refine_onset(k, n, one)))
    return found


@pytest.mark.parametrize(("high", "off"), [(0.1, 1), (0.02, 8)])
def test_a_step_is_dated_and_its_bounds_hold(high: float, off: int) -> None:
    found = [onset for _, onset in onsets(high)]
    errors = np.array([onset.estimate - 250 for onset in found])
    assert abs(float(np.median(errors))) <= 1
    assert np.mean(np.abs(errors) <= off) >= 0.9
    assert np.mean([one.earliest <= 250 <= one.latest for one in found]) >= 0.9


@pytest.mark.parametrize("ramp", [60, 120])
def test_a_ramp_is_dated_earlier_than_the_scan_does(ramp: int) -> None:
    found = onsets(0.1, ramp)
    scanned = np.mean([start - 250 for start, _ in found])
    refined = np.mean([onset.estimate - 250 for _, onset in found])
    assert 0 <= refined < scanned
    assert refined <= 12
    assert np.mean([one.earliest <= 250 <= one.latest for _, one in found]) >= 0.9


def test_an_earlier_episode_is_not_reached() -> None:
    k, n = np.zeros(400, dtype=int), np.full(400, 50)
    k[100:150] = k[300:350] = 10
    found = refine_onset(k, n, Segment(300, 350, 500.0, 0.2, 0.001))
    assert found.estimate == 300
    assert 250 < found.earliest <= 300 == found.latest


def test_an_episode_that_fades_is_dated_by_its_rise() -> None:
    k, n = np.zeros(400, dtype=int), np.full(400, 50)
    k[100:130], k[130:400] = 30, 4
    found = refine_onset(k, n, Segment(100, 400, 500.0, 0.15, 0.0))
    assert (found.estimate, found.latest) == (100, 100)


def test_an_episode_from_the_first_bin_has_no_earlier_onset() -> None:
    found = refine_onset([5] * 10 + [0] * 50, [10] * 60, Segment(0, 10, 30.0, 0.5, 0.0))
    assert found == Onset(0, 0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25), st.data()
)
def test_onsets_are_ordered(bins: list[tuple[int, int]], data: st.DataObject) -> None:
    k = [failed for failed, _ in bins]
    n = [failed + fine for failed, fine in bins]
    start = data.draw(st.integers(0, len(bins) - 1))
    stop = data.draw(st.integers(start + 1, len(bins)))
    rates = data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1)))
    found = refine_onset(k, n, Segment(start, stop, 1.0, *rates))
    assert 0 <= found.earliest <= found.estimate <= found.latest < stop
    assert found.earliest <= start


def test_a_segment_of_another_series_is_refused() -> None:
    with pytest.raises(ValueError, match="segment"):
        refine_onset([0], [1], Segment(3, 5, 1.0, 0.5, 0.0))


def test_the_confidence_set_of_a_change_point() -> None:
    assert (1 - math.exp(-likelihood_drop(0.95))) ** 2 == pytest.approx(0.95)


def test_a_step_between_events_is_found_and_covered() -> None:
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        times = np.sort(rng.uniform(0, 60, 3000))
        flags = rng.random(3000) < np.where(times < 25.0, 0.002, 0.1)
        found = step_location(times, flags)
        assert found is not None
        assert found.time == pytest.approx(25.0, abs=2.5)
        truth = int(np.searchsorted(times, 25.0))
        covered += found.earliest <= truth <= found.latest
    assert covered >= 90


def test_events_of_one_second_are_not_parted() -> None:
    times = np.repeat(np.arange(10.0), 20)
    flags = np.arange(200) >= 107
    found = step_location(times, flags)
    assert found is not None
    assert found.index % 20 == 0
    assert found.time == 5.0


def test_a_window_and_a_direction() -> None:
    times = np.arange(300.0)
    flags = (times >= 100) & (times < 200)
    up, down = step_location(times, flags), step_location(times, flags, direction="drop")
    assert up is not None
    assert down is not None
    assert (up.index, down.index) == (100, 200)
    assert (up.rate_before, down.rate_after) == (0.0, 0.0)
    inside = step_location(times, flags, window=(50.0, 150.0))
    assert inside is not None
    assert (inside.index, inside.rate_after) == (100, 1.0)
    assert step_location(times, flags, window=(110.0, 190.0)) is None
    assert step_location(times, flags, window=(110.0, 250.0)) is None


def test_too_few_events_hold_no_step() -> None:
    assert step_location([], []) is None
    assert step_location([1.0], [True]) is None
    assert step_location([1.0, 1.0], [False, True]) is None
    with pytest.raises(ValueError, match="sorted"):
        step_location([2.0, 1.0], [False, True])
