"""Servers of a pool held against their equals: who carries the harm, and whether it is load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.selection import uris
from logsleuth.model import Interval
from logsleuth.stats.proportions import newcombe, wilson
from logsleuth.stats.quantiles import quantile_ratio

if TYPE_CHECKING:
    from collections.abc import Collection

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.traffic import Array


# A route is compared where both sides have served it so often; where paths aren't templated
# into few routes, each is too rare to be compared by itself.
_OFTEN: Final = 3
# A key chooses the server from this faithfulness on, and doesn't below that.
_FAITHFUL: Final = 0.6
_FREE: Final = 0.3
# A server was not spared if its bad rate surely rose by this much.
_ROSE: Final = 0.05
# Nor if it surely took so many times as long.
_SLOWER: Final = 1.35
# So many requests on each side of the onset tell a key.
_NEAR: Final = 4000
# A server was not spared that has this part of the worst one's bad rate.
_QUARTER: Final = 0.25
# A server with fewer requests than this tells nothing of itself.
_TOLD: Final = 10
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
    others_rose: bool
    """Whether the others surely do worse than the pool did before."""


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
    calm = facts.before & shared & _of(facts, [s.server for s in pool.servers])
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
        others_rose=not facts.blind and _surely_rose(n2, k2, int(calm.sum()), int(bad[calm].sum())),
    )


@dataclass(frozen=True, slots=True)
class Evenness:
    """How alike the servers of the worst hit pool fared: the least and the greatest bad rate."""

    pool: str
    least: float
    most: float
    all_rose: bool
    """Whether every server's bad rate surely rose."""
    all_slower: bool
    """Whether every server surely took longer than before."""
    spared: bool = True
    """Whether the least hit server surely did better than a quarter of the others' rate."""

    @property
    def alike(self) -> bool:
        """Whether no server was spared, though some may have had more room than others."""
        return self.all_rose or self.all_slower or self.least > _QUARTER * self.most


def evenness(facts: Facts) -> Evenness | None:
    """Compare the servers of the pool with most bad requests, on the routes that go badly.

    A server that was asked for little else looks spared. None where fewer than two servers have
    enough requests.
    """
    hit = hit_routes(facts, facts.during)
    tables = {pool.pool: _table(facts, pool, hit) for pool in facts.pools}
    harm = {name: float(table[:, 1].sum()) for name, table in tables.items()}
    worst = max(sorted(harm), key=lambda name: harm[name], default=None)
    if worst is None or not harm[worst]:
        return None
    table = tables[worst][tables[worst][:, 0] >= _TOLD]
    if len(table) < 2:
        return None
    rates = table[:, 1] / table[:, 0]
    rose = not facts.blind and all(_surely_rose(*row) for row in table.tolist())
    pool = next(p for p in facts.pools if p.pool == worst)
    slower = not facts.blind and _all_slower(facts, pool, hit)
    return Evenness(
        worst, float(rates.min()), float(rates.max()), rose, slower, _spared(table[:, :2])
    )


def _spared(table: Array) -> bool:
    """Whether the server with the lowest rate was surely spared: few requests tell nothing."""
    least = int(np.argmin(table[:, 1] / table[:, 0]))
    n, k = table[least].tolist()
    others = np.delete(table, least, axis=0).sum(axis=0)
    return wilson(k, n).high < _QUARTER * float(others[1] / others[0])


def _all_slower(facts: Facts, pool: PoolFacts, hit: Array) -> bool:
    """Whether every server's median grew by what matters, the 90 % interval above 1."""
    traffic = facts.traffic
    known = facts.of_pool(pool) & hit & ~np.isnan(traffic.duration_s)
    slower = []
    for server in pool.servers:
        mine = known & facts.on(server.server)
        before, during = (traffic.duration_s[mine & side] for side in (facts.before, facts.during))
        if min(len(before), len(during)) >= _TOLD:
            grew = quantile_ratio(during, before, q=0.5, level=0.90)
            slower.append(grew.ratio > _SLOWER and grew.interval.low > 1.0)
    return len(slower) > 1 and all(slower)


def hit_routes(facts: Facts, chosen: Array) -> Array:
    """Flags of the requests for routes that hold a part of the bad ones among those chosen."""
    bad = chosen & facts.badness.bad
    count = np.bincount(facts.traffic.route[bad], minlength=len(facts.traffic.routes))
    flags: Array = (count >= max(5.0, 0.05 * count.sum()))[facts.traffic.route]
    return flags


def _table(facts: Facts, pool: PoolFacts, hit: Array) -> Array:
    """For each server: requests and bad ones in the window, and the same of the baseline."""
    size = len(facts.traffic.servers)
    mine = facts.of_pool(pool) & hit
    columns = [
        np.bincount(facts.traffic.first_server[mine & flags], minlength=size)
        for period in (facts.during, facts.before)
        for flags in (period, period & facts.badness.bad)
    ]
    return np.stack(columns, axis=1)


def _surely_rose(n: int, k: int, n0: int, k0: int) -> bool:
    """Whether the 90 % interval of the rise of a bad rate lies above what matters."""
    return n0 > 0 and newcombe(k, n, k0, n0, 0.90).low > _ROSE


def baseline_rate(facts: Facts, pool: PoolFacts) -> float:
    """How many of a pool's requests went badly before the onset."""
    before = facts.before & _of(facts, [s.server for s in pool.servers])
    return float(facts.badness.bad[before].mean()) if before.any() else 0.0


def _bad(facts: Facts) -> Array:
    """Requests that went badly, and those that had to be tried again.

    Of one that was sent to another server only that other one is known, which saved it.
    """
    traffic = facts.traffic
    flags: Array = facts.badness.bad | (traffic.retried & ~traffic.redispatched)
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


@dataclass(frozen=True, slots=True)
class Affinity:
    """How faithfully a key returns to its server, from chance (0) to always (1), on both sides."""

    key: str
    before: float | None
    during: float | None

    @property
    def chosen(self) -> bool:
        """Whether the key chose the server in the window."""
        return self.during is not None and self.during > _FAITHFUL

    @property
    def came(self) -> bool:
        """Whether it did not choose before."""
        return self.chosen and self.before is not None and self.before < _FREE

    @property
    def blurred(self) -> bool:
        """Whether it came to choose, as far as a log that names each request's last server tells.

        Weights bring nobody back to his server; what is tried again elsewhere hides that keys do.
        """
        known = self.during is not None and self.before is not None and not self.chosen
        return known and (self.during or 0.0) > _FREE + max(self.before or 0.0, 0.0)


def affinity(facts: Facts, pool: PoolFacts) -> Affinity:
    """The client's address, or else the URI where that decides, until the next configuration."""
    mine = facts.of_pool(pool)
    during = mine & facts.during
    held = _affinity(facts, mine & facts.before, during)
    first = during & (facts.traffic.started < _next_reload(facts))
    if held.chosen or not first.any() or np.array_equal(first, during):
        return held
    at_first = _affinity(facts, mine & facts.before, first)
    return at_first if at_first.chosen else held


def _next_reload(facts: Facts) -> float:
    """When a configuration other than the one at the onset was first in force, or infinity."""
    after = facts.window.latest + facts.pace_s
    return min((c.ts for c in facts.changes if c.kind == "reload" and c.ts > after), default=np.inf)


def _affinity(facts: Facts, before: Array, during: Array) -> Affinity:
    client = Affinity("client", *(_faithful(facts, side) for side in (before, during)))
    if client.chosen:
        return client
    sides = np.flatnonzero(before)[-_NEAR:], np.flatnonzero(during)[:_NEAR]
    uri = Affinity("URI", *(_faithful_uri(facts, positions) for positions in sides))
    return uri if uri.chosen else client


def _faithful_uri(facts: Facts, positions: Array) -> float | None:
    from logsleuth.stats.constancy import constancy

    if not len(positions):
        return None
    return constancy(uris(facts.case, positions), facts.traffic.first_server[positions])


def _faithful(facts: Facts, chosen: Array) -> float | None:
    from logsleuth.stats.constancy import constancy

    return constancy(facts.traffic.client[chosen], facts.traffic.first_server[chosen])
