"""Faithfulness of keys: full for hashes, none for weights, whatever the shares are."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.stats.constancy import constancy


def zipf(rng: np.random.Generator, size: int) -> np.ndarray:
    weights = 1.0 / np.arange(1, 201) ** 1.1
    return rng.choice(200, size, p=weights / weights.sum())


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_is_faithful_however_few_requests_a_key_has(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys = zipf(rng, 600)
    assert constancy(keys, keys * 7919 % 5) == pytest.approx(1.0)


@pytest.mark.parametrize("shares", [(0.25,) * 4, (0.7, 0.1, 0.1, 0.1)])
@pytest.mark.parametrize("seed", range(5))
def test_weights_are_not_faithful_though_one_client_has_most(
    shares: tuple[float, ...], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    keys = np.where(rng.random(2000) < 0.7, 0, zipf(rng, 2000))
    told = constancy(keys, rng.choice(4, 2000, p=shares))
    assert told is not None
    assert abs(told) < 0.1


def test_half_of_the_clients_with_a_cookie_are_half_faithful() -> None:
    rng = np.random.default_rng(3)
    keys = rng.integers(0, 100, 4000)
    choices = np.where(keys < 50, keys % 4, rng.integers(0, 4, 4000))
    assert constancy(keys, choices) == pytest.approx(0.5, abs=0.06)


def test_without_returns_or_without_a_choice_nothing_can_be_told() -> None:
    assert constancy(np.arange(500), np.arange(500) % 4) is None
    assert constancy(np.zeros(500), np.zeros(500)) is None


def test_keys_and_choices_are_of_one_length() -> None:
    with pytest.raises(ValueError, match="3 keys, but 2 choices"):
        constancy([1, 2, 3], [1, 2])


def test_shares_that_come_and_go_make_no_key_faithful() -> None:
    """One server has everything for a while, then the others do: time, and not the key."""
    rng = np.random.default_rng(5)
    spell = np.arange(4000) // 400 % 2
    choices = np.where(spell == 0, 0, rng.integers(1, 4, 4000))
    keys = rng.integers(0, 40, 4000)
    found = constancy(keys, choices)
    assert found is not None
    assert abs(found) < 0.1
