"""The excess of failures: it adds up, it is fair where nothing differs, and it knows its doubt."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logsleuth.stats.excess import excess
from logsleuth.stats.multiple import benjamini_yekutieli


def test_the_parts_of_the_excess_add_up_and_a_part_that_always_failed_adds_nothing() -> None:
    # Before: 100 of 1,000 failed, all of the second part. Now twice the traffic, and 300 failures.
    found = excess(
        [0, 100, 0], [90, 200, 10], [500, 1000, 500], before=1000, whole=(100, 300, 2000)
    )
    assert found.total == pytest.approx(300 - 200)
    assert found.excess.sum() == pytest.approx(found.total)
    assert found.share.tolist() == pytest.approx([0.9, 0.0, 0.1])
    assert found.p_value[0] < 1e-9
    assert found.p_value[1] > 0.1


def test_lift_and_ratio_by_hand() -> None:
    found = excess([0, 0], [30, 10], [100, 300], before=0, whole=(0, 40, 400))
    assert found.ratio.tolist() == pytest.approx([0.3 / (10 / 300), (10 / 300) / 0.3])
    assert found.lift[0] == pytest.approx((30 / 40) / (70.5 / 361))


def test_what_has_all_the_trials_has_nothing_to_be_compared_with() -> None:
    found = excess([1], [50], [60], before=100, whole=(1, 50, 60))
    assert found.ratio.tolist() == [1.0]
    assert found.p_value[0] > 0.05
    assert math.isfinite(found.lift[0])


def test_without_failures_nothing_is_found() -> None:
    found = excess([0, 0], [0, 0], [10, 10], before=20, whole=(0, 0, 20))
    assert found.total == 0
    assert found.p_value.tolist() == [1.0, 1.0]
    assert found.share.tolist() == [0.0, 0.0]
    assert np.isfinite(found.gain).all()


def test_held_against_earlier_trials_more_of_the_same_traffic_stands_out() -> None:
    now, before = np.array([600.0, 200, 200]), np.array([300.0, 350, 350])
    whole = (0.0, 1000.0, 1000.0)
    usual = excess([0, 0, 0], now, now, before=1000, whole=whole)
    grown = excess([0, 0, 0], now, now, before=1000, whole=whole, trials=before)
    assert usual.p_value.min() > 0.3
    assert grown.p_value[0] < 1e-9
    assert grown.p_value[1:].min() > 0.9
    assert grown.lift[0] == pytest.approx(2.0, rel=0.01)


def test_bursts_make_it_less_sure() -> None:
    args = ([0, 0], [40, 40], [200, 400])
    one = excess(*args, before=600, whole=(0, 80, 600))
    ten = excess(*args, before=600, whole=(0, 80, 600), phi=10.0)
    assert one.p_value[0] < 0.01 < ten.p_value[0]
    assert ten.interval[0, 0] < one.interval[0, 0] < 0.5 < one.interval[0, 1] < ten.interval[0, 1]


def test_false_findings_stay_below_their_level() -> None:
    rng = np.random.default_rng(8)
    false, tried = 0, 400
    for _ in range(tried):
        n = rng.multinomial(3000, rng.dirichlet(np.full(30, 0.7)))
        k0, k1 = rng.binomial(n, 0.01), rng.binomial(n, 0.1)
        whole = (float(k0.sum()), float(k1.sum()), float(n.sum()))
        found = excess(k0, k1, n, before=float(n.sum()), whole=whole)
        false += bool((benjamini_yekutieli(found.p_value) <= 0.05).any())
    assert false / tried <= 0.05


def test_the_interval_covers_the_true_share() -> None:
    rng, inside, tried = np.random.default_rng(9), 0, 400
    n, base, rate = np.array([1000, 3000]), 0.02, np.array([0.3, 0.05])
    truth = 1000 * (0.3 - base) / (1000 * (0.3 - base) + 3000 * (0.05 - base))
    for _ in range(tried):
        k0, k1 = rng.binomial(10 * n, base), rng.binomial(n, rate)
        whole = (float(k0.sum()), float(k1.sum()), 4000.0)
        low, high = excess(k0, k1, n, before=40_000, whole=whole).interval[0]
        inside += low <= truth <= high
    assert inside / tried >= 0.93


def test_counts_are_checked() -> None:
    with pytest.raises(ValueError, match="negative"):
        excess([-1], [1], [1], before=1, whole=(0, 1, 1))
