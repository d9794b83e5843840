"""Servers of a pool held against their equals: who carries the harm, and whether it is load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.model import Interval
from logsleuth.stats.proportions import newcombe

if TYPE_CHECKING:
    from collections.abc import Collection

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.traffic import Array


# A route is compared where both sides have served it so often; where paths aren't templated
# into few routes, each is too rare to be compared by itself.
_OFTEN: Final = 3
_ROUTES: Final = 500


@dataclass(frozen=True, slots=True)
class Contrast:
    """How badly some servers of a pool did in the window beside the others; rates are 0 to 1."""

    rate: float
    others_rate: float
    difference: Interval
    excess_share: float
    """The part of the pool's bad requests above its baseline that are on these servers."""
    requests: int
    others: int


def contrast(facts: Facts, pool: PoolFacts, servers: Collection[str]) -> Contrast | None:
    """Compare some servers with the rest of their pool, on the routes that both serve.

    None where there is no such route: a pool that is split by URI has no equals.
    """
    mine, rest = _members(facts, pool, servers)
    shared = _shared(facts, mine, rest)
    mine, rest = mine & shared, rest & shared
    bad = _bad(facts)
    k1, n1 = int(bad[mine].sum()), int(mine.sum())
    k2, n2 = int(bad[rest].sum()), int(rest.sum())
    if not n1 or not n2:
        return None
    base = baseline_rate(facts, pool)
    excess = max(k1 - n1 * base, 0.0), max(k2 - n2 * base, 0.0)
    found = newcombe(k1, n1, k2, n2)
    return Contrast(
        rate=k1 / n1,
        others_rate=k2 / n2,
        difference=Interval(found.low, found.high),
        excess_share=excess[0] / sum(excess) if sum(excess) else 0.0,
        requests=n1,
        others=n2,
    )


@dataclass(frozen=True, slots=True)
class Evenness:
    """How alike the servers of the worst hit pool fared: the least and the greatest bad rate."""

    pool: str
    least: float
    most: float

    @property
    def alike(self) -> bool:
        """Whether no server was spared."""
        return self.least > 0.25 * self.most


def evenness(facts: Facts) -> Evenness | None:
    """Compare the servers of the pool with most bad requests; None where it has only one."""
    usable = [[s.during for s in pool.servers if s.during.requests >= 10] for pool in facts.pools]
    harm = [sum((load.bad_rate or 0.0) * load.requests for load in loads) for loads in usable]
    if not harm or max(harm) <= 0:
        return None
    worst = max(range(len(harm)), key=lambda i: (harm[i], -i))
    rates = [load.bad_rate or 0.0 for load in usable[worst]]
    if len(rates) < 2:
        return None
    return Evenness(facts.pools[worst].pool, min(rates), max(rates))


def baseline_rate(facts: Facts, pool: PoolFacts) -> float:
    """How many of a pool's requests went badly before the onset."""
    before = facts.before & _of(facts, [s.server for s in pool.servers])
    return float(facts.badness.bad[before].mean()) if before.any() else 0.0


def _bad(facts: Facts) -> Array:
    """Requests that went badly, and those that had to be tried again."""
    flags: Array = facts.badness.bad | facts.traffic.retried
    return flags


def _members(facts: Facts, pool: PoolFacts, servers: Collection[str]) -> tuple[Array, Array]:
    others = [s.server for s in pool.servers if s.server not in servers]
    return facts.during & _of(facts, servers), facts.during & _of(facts, others)


def _of(facts: Facts, servers: Collection[str]) -> Array:
    wanted = set(servers)
    named = np.array([name in wanted for name in facts.traffic.servers], dtype=bool)
    flags: Array = named[facts.traffic.first_server]
    return flags


def _shared(facts: Facts, mine: Array, rest: Array) -> Array:
    """Flags of the requests for routes that both sides serve often enough to be compared."""
    routes, size = facts.traffic.route, len(facts.traffic.routes)
    if size > _ROUTES:
        return np.ones(len(routes), dtype=bool)
    least = np.minimum(
        np.bincount(routes[mine], minlength=size), np.bincount(routes[rest], minlength=size)
    )
    flags: Array = (least >= _OFTEN)[routes]
    return flags


def affinity(facts: Facts, pool: PoolFacts) -> float | None:
    """How faithfully clients return to their server in the window, 0 to 1; None: can't be told."""
    from logsleuth.stats.constancy import constancy

    chosen = facts.during & _of(facts, [s.server for s in pool.servers if s.server])
    return constancy(facts.traffic.client[chosen], facts.traffic.first_server[chosen])
