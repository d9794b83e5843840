"""Ranks that go together, go apart, are shared, or order nothing."""

from __future__ import annotations

import pytest

from logsleuth.stats.ranks import spearman


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 1000], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        # By the formula without ties, 1 - 6 * 2 / (4 * 15).
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),
        # Three that share a rank: 3 / sqrt(5 * 3) of the sums of products and squares.
        ([1, 2, 3, 4], [0, 0, 0, 1], 0.7746),
    ],
)
def test_the_ranks_are_correlated(one: list[float], other: list[float], expected: float) -> None:
    assert spearman(one, other) == pytest.approx(expected, abs=1e-4)
    assert spearman(other, one) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("one", [[2, 2, 2], [], [5]])
def test_what_is_the_same_everywhere_orders_nothing(one: list[float]) -> None:
    assert spearman(one, range(len(one))) is None


def test_both_are_of_the_same_things() -> None:
    with pytest.raises(ValueError, match="3 values, but 2 others"):
        spearman([1, 2, 3], [1, 2])
