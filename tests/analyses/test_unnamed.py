"""Requests without a pool's name belong to the pool that other lines name with their servers."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses.unnamed import groups, named

Codes = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Mixes = dict[int, tuple[float, ...]]
SERVERS = ("", "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80")
POOLS = ("", "shop", "static")


def codes(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def test_servers_of_the_same_routes_are_one_group() -> None:
    found = groups(codes(1, 1, 2, 2, 3, 3), codes(0, 1, 0, 1, 2, 2), SERVERS)
    assert [members.tolist() for members in found] == [[1, 2], [3]]


def _drawn(mixes: dict[int, tuple[float, ...]], count: int, seed: int) -> tuple[Codes, Codes]:
    """Requests in turn for each server, and the routes that they are drawn for."""
    rng = np.random.default_rng(seed)
    server = np.tile(np.array(list(mixes)), count)
    routes = [rng.choice(len(mix), size=count, p=mix) for mix in mixes.values()]
    return server, np.stack(routes, axis=1).ravel()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("first", "then", "together"),
    [
        # A key by path and a page that many want, from the middle on, or from the first line on.
        ({1: (0.5, 0.5, 0.0), 2: (0.5, 0.5, 0.0)}, {1: (0.95, 0.05, 0.0), 2: (0.05, 0.95, 0.0)}, 1),
        ({1: (0.7, 0.3, 0.0), 2: (0.0, 0.35, 0.65)}, {1: (0.7, 0.3, 0.0), 2: (0.0, 0.35, 0.65)}, 1),
        # Another pool, and one that gets the other's requests besides from the middle on.
        ({1: (0.7, 0.3, 0.0), 2: (0.0, 0.0, 1.0)}, {1: (0.7, 0.3, 0.0), 2: (0.0, 0.0, 1.0)}, 2),
        ({1: (0.7, 0.3, 0.0), 2: (0.0, 0.0, 1.0)}, {1: (0.3, 0.1, 0.6), 3: (0.5, 0.5, 0.0)}, 2),
    ],
)
def test_what_servers_share_for_a_while_or_always_makes_them_one_group(
    seed: int, first: Mixes, then: Mixes, together: int
) -> None:
    parts = _drawn(first, 400, seed), _drawn(then, 400, seed + 100)
    server, route = (np.concatenate(part) for part in zip(*parts, strict=True))
    assert len(list(groups(server, route, SERVERS))) == together


def test_a_server_that_was_tried_before_the_name_gives_it_to_all_of_its_group() -> None:
    pool = named(codes(0, 0, 0, 0, 1), codes(1, 1, 2, 2, 1), codes(0, 1, 0, 1, 0), POOLS, SERVERS)
    assert pool.tolist() == [1, 1, 1, 1, 1]


def test_a_name_without_any_server_is_that_of_the_only_group_asked_for_the_same() -> None:
    pool = named(
        codes(0, 0, 0, 0, 1, 1), codes(1, 1, 2, 2, 0, 0), codes(0, 1, 0, 1, 0, 1), POOLS, SERVERS
    )
    assert pool.tolist() == [1] * 6


def test_servers_that_a_later_configuration_left_out_are_of_the_pool_that_serves_the_same() -> None:
    """Before a reload two servers, which the configuration names no more, and then the third."""
    pool = named(
        codes(0, 0, 0, 0, 1, 1), codes(1, 1, 2, 2, 3, 3), codes(0, 1, 0, 1, 0, 1), POOLS, SERVERS
    )
    assert pool.tolist() == [1] * 6


@pytest.mark.parametrize(
    ("pool", "first", "route"),
    [
        # Both pools have the server.
        ((0, 0, 1, 2), (1, 1, 1, 1), (0, 0, 0, 0)),
        # Another service was asked for.
        ((0, 0, 1, 1), (1, 2, 0, 0), (0, 0, 2, 2)),
        # Two groups may be meant.
        ((0, 0, 1, 1), (1, 3, 0, 0), (0, 2, 0, 2)),
    ],
)
def test_what_nothing_tells_stays_unnamed(
    pool: tuple[int, ...], first: tuple[int, ...], route: tuple[int, ...]
) -> None:
    found = named(codes(*pool), codes(*first), codes(*route), POOLS, SERVERS)
    assert found.tolist() == list(pool)


def test_requests_that_no_server_got_stay_without_a_pool() -> None:
    pool = named(codes(0, 0, 1), codes(1, 0, 1), codes(0, 1, 0), POOLS, SERVERS)
    assert pool.tolist() == [1, 0, 1]
