"""Shares that leave what they were, at the edges of the gate; `test_algorithms` has the nulls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from logsleuth.stats.departures import departure, scatter


def table(
    bins: int, per_bin: int, shares: tuple[float, ...], seed: int = 1
) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).multinomial(per_bin, shares, size=bins)


EQUAL = (0.25, 0.25, 0.25, 0.25)


def test_a_stretch_of_other_shares_is_found_where_it_is() -> None:
    counts = table(100, 30, EQUAL)
    counts[40:70] = table(30, 30, (0.55, 0.15, 0.15, 0.15), 2)
    found = departure(counts)
    assert found is not None
    assert [found.start, found.stop] == pytest.approx([40, 70], abs=1)
    assert found.total_variation == pytest.approx(0.3, abs=0.04)
    assert found.shares_in[0] == pytest.approx(0.55, abs=0.04)
    assert found.shares_out == pytest.approx(EQUAL, abs=0.03)


def test_equal_and_steadily_unequal_shares_are_no_departure() -> None:
    assert departure(table(100, 30, EQUAL)) is None
    assert departure(table(100, 30, (0.7, 0.1, 0.1, 0.1))) is None


def test_a_small_move_does_not_matter_however_certain() -> None:
    counts = table(100, 3000, EQUAL)
    counts[50:] = table(50, 3000, (0.28, 0.24, 0.24, 0.24), 2)
    assert departure(counts) is None


def test_a_moment_does_not_last() -> None:
    counts = table(100, 300, EQUAL)
    counts[50:52] = table(2, 300, (0.97, 0.01, 0.01, 0.01), 2)
    assert departure(counts) is None


def test_gaps_in_time_keep_their_bins() -> None:
    counts = table(100, 30, EQUAL)
    counts[10:20] = 0
    counts[60:] = table(40, 30, (0.7, 0.1, 0.1, 0.1), 2)
    found = departure(counts)
    assert found is not None
    assert [found.start, found.stop] == pytest.approx([60, 100], abs=1)


def test_scatter_of_clients_that_stay_is_seen_in_longer_bins() -> None:
    rng = np.random.default_rng(1)
    homes = rng.dirichlet((20,) * 4, size=25).repeat(4, axis=0)
    counts = np.stack([rng.multinomial(30, p) for p in homes]).astype(float)
    phi, freedom = scatter(counts)
    assert phi > 1.5
    assert freedom is not None
    assert scatter(np.tile(5, (100, 4)).astype(float)) == (1.0, None)


def test_too_little_and_one_server_tell_nothing() -> None:
    assert departure(np.zeros((0, 4))) is None
    assert departure(table(5, 30, EQUAL)) is None
    assert departure(np.full((100, 1), 30)) is None
