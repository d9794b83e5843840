"""Requests without a pool's name belong to the pool that other lines name with their servers."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses.unnamed import groups, named

SERVERS = ("", "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80")
POOLS = ("", "shop", "static")


def codes(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def test_servers_of_the_same_routes_are_one_group() -> None:
    found = groups(codes(1, 1, 2, 2, 3, 3), codes(0, 1, 0, 1, 2, 2), SERVERS)
    assert [members.tolist() for members in found] == [[1, 2], [3]]


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
