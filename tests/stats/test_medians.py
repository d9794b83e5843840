"""Medians of groups are those that each group has by itself."""

from __future__ import annotations

import numpy as np

from logsleuth.stats.medians import grouped_medians


def test_each_group_has_its_own_median_and_an_empty_one_none() -> None:
    rng = np.random.default_rng(3)
    values, groups = rng.normal(size=500), rng.integers(0, 9, 500)
    groups[groups == 4] = 5
    found = grouped_medians(values, groups, 10)
    for group in range(10):
        own = values[groups == group]
        assert np.isnan(found[group]) if not len(own) else found[group] == np.median(own)


def test_without_values_all_groups_are_empty() -> None:
    assert np.isnan(grouped_medians(np.zeros(0), np.zeros(0, dtype=np.int64), 3)).all()
