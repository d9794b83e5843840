"""Mantel-Haenszel, against Agresti's cities and planted stories."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from logsleuth.stats.odds import mantel_haenszel

CITIES = np.array(
    [
        [[126, 100], [35, 61]],
        [[908, 688], [497, 807]],
        [[913, 747], [336, 598]],
        [[235, 172], [58, 121]],
        [[402, 308], [121, 215]],
        [[182, 156], [72, 98]],
        [[60, 99], [11, 43]],
        [[104, 89], [21, 36]],
    ]
)
"""Smoking and lung cancer in eight Chinese cities: Agresti, Categorical Data Analysis."""


def test_agrestis_cities() -> None:
    found = mantel_haenszel(CITIES)
    assert found.odds_ratio == pytest.approx(2.17, abs=0.005)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(1.98, abs=0.005)
    assert found.interval.high == pytest.approx(2.38, abs=0.005)
    assert found.p_value == pytest.approx(stats.chi2.sf(280.1375, 1), rel=1e-3)
    assert found.strata == 8


def test_one_stratum_is_the_plain_odds_ratio() -> None:
    table = np.array([[30, 70], [20, 180]])
    found = mantel_haenszel(table[None])
    assert found.odds_ratio == pytest.approx(30 * 180 / (70 * 20))
    assert found.interval is not None
    spread = 1.959964 * math.sqrt((1 / table).sum())
    assert math.log(found.interval.high / found.interval.low) == pytest.approx(2 * spread)
    x2 = stats.chi2_contingency(table, correction=False).statistic
    assert found.p_value == pytest.approx(stats.chi2.sf(x2 * 299 / 300, 1))


def story(rng: np.random.Generator, causal: bool) -> npt.NDArray[np.int64]:
    """Tables of slow statement by failure per server; the first server is hot."""
    tables = []
    for server in range(4):
        slow = rng.random(20_000) < (0.5 if server == 0 else 0.1)
        failed = rng.random(20_000) < np.where(slow & causal, 0.2, 0.15 if server == 0 else 0.005)
        tables.append(
            [
                [(slow & failed).sum(), (slow & ~failed).sum()],
                [(~slow & failed).sum(), (~slow & ~failed).sum()],
            ]
        )
    return np.array(tables)


def test_stratification_parts_the_cause_from_the_bystander() -> None:
    rng = np.random.default_rng(4)
    bystander = story(rng, causal=False)
    naive = mantel_haenszel(bystander.sum(axis=0)[None])
    stratified = mantel_haenszel(bystander)
    assert naive.odds_ratio is not None
    assert naive.odds_ratio > 2
    assert stratified.interval is not None
    assert 1.0 in stratified.interval
    assert stratified.p_value > 0.01
    cause = mantel_haenszel(story(rng, causal=True))
    assert cause.interval is not None
    assert cause.interval.low > 2
    assert cause.p_value < 1e-20


def test_empty_strata_change_nothing() -> None:
    padded = np.concatenate([CITIES, np.zeros((3, 2, 2)), [[[5, 0], [9, 0]]]])
    assert mantel_haenszel(padded) == mantel_haenszel(CITIES)


def test_tables_that_tell_nothing_give_none() -> None:
    for tables in (np.zeros((0, 2, 2)), np.zeros((2, 2, 2)), [[[4, 0], [3, 0]]]):
        found = mantel_haenszel(tables)
        assert (found.odds_ratio, found.interval) == (None, None)
        assert (found.p_value, found.strata) == (1.0, 0)
    infinite = mantel_haenszel([[[9, 0], [0, 9]]])
    assert (infinite.odds_ratio, infinite.interval) == (None, None)
    assert infinite.p_value < 1e-3
    assert mantel_haenszel([[[0, 9], [9, 0]]]).odds_ratio == 0.0


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(0, 5), st.just(2), st.just(2)), elements=st.integers(0, 60)
    )
)
def test_pooled_odds_are_coherent(tables: npt.NDArray[np.int64]) -> None:
    found, mirrored = mantel_haenszel(tables), mantel_haenszel(tables[:, ::-1])
    assert 0.0 <= found.p_value <= 1.0
    assert mirrored.p_value == pytest.approx(found.p_value)
    if found.interval is not None:
        assert found.odds_ratio is not None
        assert found.odds_ratio in found.interval
        assert mirrored.odds_ratio == pytest.approx(1 / found.odds_ratio)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        mantel_haenszel(np.zeros((1, 2, 3)))
