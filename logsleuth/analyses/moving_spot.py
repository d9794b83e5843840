"""A hot spot that moves: a key's requests go to another server as each is given up for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.proportions import newcombe

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.traffic import Array

# Requests of a pool that follow each other: enough for shares, and few enough for a moment.
_BLOCK: Final = 40
_FEWEST: Final = 4
# The part of the blocks that a second server must lead, for the spot to have moved.
_SECOND: Final = 0.15
# How much more of each moment's requests one server has than before, or than an equal part where
# nobody saw before: of so few requests chance gives one of four servers a tenth more.
_GROWN: Final = 0.1
_UNEQUAL: Final = 0.25


@dataclass(frozen=True, slots=True)
class MovingSpot:
    """The server that was hot first, and what the one that is hot at a time has; all 0 to 1."""

    first: str
    share: float
    """Of the requests of a moment, the median of all moments."""
    before: float | None
    rate: float
    """How much of what the hot one got went badly."""
    others_rate: float
    surely: bool
    """Whether the hot one surely does worse than the others."""


def moving_spot(facts: Facts, pool: PoolFacts) -> MovingSpot | None:
    """Follow the server that most of a pool's requests go to; None where it is one, or all alike.

    A server that a gateway's requests fill fails, is left out for that, and they fill the next: of
    the whole window each may have no more than its part.
    """
    during = np.flatnonzero(facts.of_pool(pool) & facts.during)
    calm = np.flatnonzero(facts.of_pool(pool) & facts.before)
    if len(during) < _FEWEST * _BLOCK:
        return None
    server = facts.traffic.first_server
    tops, shares = _leaders(server[during])
    known = not facts.blind and len(calm) >= _FEWEST * _BLOCK
    before = float(np.median(_leaders(server[calm])[1])) if known else None
    led = np.sort(np.unique(tops, return_counts=True)[1])[::-1]
    if len(led) < 2 or led[1] < _SECOND * len(tops):
        return None
    share = float(np.median(shares))
    least = 1.0 / len(pool.servers) + _UNEQUAL if before is None else before + _GROWN
    if share < least:
        return None
    kept = during[: len(tops) * _BLOCK]
    hot = server[kept] == np.repeat(tops, _BLOCK)
    bad = facts.badness.bad[kept]
    counts = int(bad[hot].sum()), int(hot.sum()), int(bad[~hot].sum()), int((~hot).sum())
    if not counts[1] or not counts[3]:
        return None
    return MovingSpot(
        facts.traffic.servers[int(tops[0])], share, before,
        counts[0] / counts[1], counts[2] / counts[3], newcombe(*counts).low > 0.0,
    )  # fmt: skip


def _leaders(server: Array) -> tuple[Array, Array]:
    """Return of each block the code of the server with most of its requests, and its share."""
    blocks = len(server) // _BLOCK
    codes, index = np.unique(server[: blocks * _BLOCK], return_inverse=True)
    counts = np.zeros((blocks, len(codes)))
    np.add.at(counts, (np.repeat(np.arange(blocks), _BLOCK), index), 1.0)
    return codes[counts.argmax(axis=1)], counts.max(axis=1) / _BLOCK
