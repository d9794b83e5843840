"""Traits of selections that are played, each where theory or construction says what it must be."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.stats.selection import Traits, affinity, phi_between_blocks, traits
from logsleuth.stats.shares import dispersion
from tests.stats.balancers import Played, play

UNEQUAL = (0.05, 0.05, 0.1, 0.2)


def measured(played: Played, weights: tuple[int, ...] | None = None) -> Traits:
    keys = {"client": played.client, "uri": played.uri}
    return traits(played.started, played.server, played.duration_s, keys, weights)


def test_turns_scatter_hardly_and_chance_by_one() -> None:
    assert phi_between_blocks(play("round-robin", 1).server, 4) == pytest.approx(0.0, abs=0.02)
    assert phi_between_blocks(play("random", 1).server, 4) == pytest.approx(1.0, abs=0.35)


def test_a_step_of_the_shares_does_not_raise_phi() -> None:
    first, second = play("random", 1), play("random", 2, weights=(7, 1, 1, 1))
    both = np.concatenate([first.server, second.server])
    blocks = np.stack([np.bincount(part, minlength=4) for part in np.array_split(both, 30)])
    found = phi_between_blocks(both, 4)
    assert found is not None
    assert found < 2.0 < 10.0 < dispersion(blocks)


def test_too_few_requests_have_no_phi() -> None:
    assert phi_between_blocks(np.arange(200) % 4, 4) is None
    assert phi_between_blocks(np.zeros(500, dtype=int), 1) is None


def test_a_key_that_decides_explains_all_and_another_nothing() -> None:
    assert measured(play("client", 5)).keys == {"client": pytest.approx(1.0), "uri": 0.0}
    assert measured(play("uri", 5)).keys == {"client": 0.0, "uri": pytest.approx(1.0)}


def test_clients_that_never_return_tell_no_affinity() -> None:
    assert affinity(np.arange(3000), np.arange(3000) % 4) is None


def test_the_least_busy_is_chosen_always_never_or_as_by_chance() -> None:
    assert measured(play("least-conn", 1, latency=UNEQUAL)).least == pytest.approx(1.0)
    assert measured(play("random", 1)).least == pytest.approx(0.0, abs=0.06)
    weights = (3, 1, 1, 1)
    assert measured(play("least-conn", 1, weights=weights, rate=200), weights).least == (
        pytest.approx(1.0)
    )


def test_fewest_connections_level_the_concurrency_and_not_the_requests() -> None:
    by_load = measured(play("least-conn", 1, latency=UNEQUAL, rate=200))
    in_turns = measured(play("round-robin", 1, latency=UNEQUAL, rate=200))
    assert (by_load.busy_spread or 1.0) < 0.15 < 0.3 < by_load.spread
    assert in_turns.spread < 0.01 < 0.5 < (in_turns.busy_spread or 0.0)


def test_a_server_that_is_filled_first_is_busier_whenever_it_is_passed_over() -> None:
    assert measured(play("first", 1, rate=200)).ordered == pytest.approx(1.0, abs=0.02)
    assert measured(play("random", 1)).ordered == pytest.approx(0.5, abs=0.05)


def test_whole_seconds_tell_no_order_and_no_durations_no_load() -> None:
    played = play("round-robin", 1)
    coarse = traits(played.started, played.server, played.duration_s, exact=False)
    assert (coarse.least, coarse.ordered) == (None, None)
    assert coarse.busy_spread == pytest.approx(0.0, abs=0.05)
    untold = traits(played.started, played.server, np.full(3000, np.nan))
    assert (untold.least, untold.busy_spread) == (None, None)


def test_columns_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="columns of 3, 2 and 3"):
        traits([1, 2, 3], [0, 1], [0.1, 0.1, 0.1])


def test_nothing_has_no_traits() -> None:
    empty = traits([], [], [])
    assert (empty.requests, empty.servers, empty.phi, empty.top) == (0, 0, None, 0.0)


def test_clients_that_come_while_shares_are_others_decide_nothing() -> None:
    rng = np.random.default_rng(4)
    late = np.arange(3000) >= 1500
    server = np.where(late, rng.choice(4, 3000, p=(0.7, 0.1, 0.1, 0.1)), rng.integers(0, 4, 3000))
    client = np.where(late, rng.integers(50, 100, 3000), rng.integers(0, 50, 3000))
    assert affinity(client, server) == pytest.approx(0.0, abs=0.05)


def test_affinity_that_often_fails_over_is_still_seen() -> None:
    played, rng = play("client", 5), np.random.default_rng(5)
    away = rng.uniform(size=3000) < 0.4
    server = np.where(away, rng.integers(0, 4, 3000), played.server)
    assert affinity(played.client, server) == pytest.approx(0.33, abs=0.1)


def test_a_server_that_only_comes_behind_the_last_block_is_no_trouble() -> None:
    who = np.append(np.arange(2403) % 2, 2)
    assert phi_between_blocks(who, 3) == pytest.approx(0.0, abs=0.01)
