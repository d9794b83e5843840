"""What the intended shares would have prevented: a range, with what has to be assumed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.pools import pool_masks
from logsleuth.analyses.shown import shown
from logsleuth.model import Counterfactual, Interval
from logsleuth.stats.standardise import Bins, prevented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array
    from logsleuth.model import Pool, RootCause

_FAULTS: Final = ("skewed-selection", "sticky-hotspot", "server-ejected")
# Shares that are nearly the intended ones prevent nothing that could be told from chance.
_LEAST_EFFECT: Final = 0.02
_LEAST_BAD: Final = 12
# Requests in a bin on average, and how many bins at most.
_PER_BIN: Final = 20.0
_BINS: Final = 120

ASSUMPTIONS: Final = (
    "the same requests would have come at the same times, of the same kinds on each server",
    "at the least, every server goes on failing at its rate in the window, though one that is "
    "relieved would fail less",
    "at the most, every server fails as rarely as before the onset, though some would get more "
    "than they had then",
    "in between, a server's rate follows its load as it did in this evidence, and no load is taken "
    "for more harmful than one that was seen",
    "what feeds on itself, as queues and retries do, is not modelled",
)


def examine(facts: Facts, cause: RootCause, pools: Sequence[Pool]) -> Counterfactual | None:
    """Ask what would have been with the intended shares; None where shares are not at fault."""
    pool = _pool(cause, pools)
    if pool is None or pool.effect < _LEAST_EFFECT:
        return None
    shares = np.array([server.expected_share or 0.0 for server in pool.servers])
    mask = next((mask for name, mask in pool_masks(facts.traffic) if name == pool.pool), None)
    if mask is None or shares.sum() <= 0:
        return None
    names = [server.server for server in pool.servers]
    during = _bins(facts, mask, names, facts.window.onset, facts.window.stop)
    if during.observed < _LEAST_BAD:
        return None
    before = _bins(facts, mask, names, facts.traffic.since, facts.window.onset)
    found = prevented(before, during, shares / shares.sum())
    return Counterfactual(
        pool=pool.pool,
        expected_from=pool.expected_from,
        observed=int(during.observed),
        prevented_low=found.low,
        prevented=found.middle,
        prevented_high=found.high,
        interval=Interval(found.interval.low, found.interval.high),
        assumptions=ASSUMPTIONS,
        query=shown("failures-by-server", facts.window, pool=pool.pool),
    )


def _pool(cause: RootCause, pools: Sequence[Pool]) -> Pool | None:
    """The pool that the fault names, by itself or by one of its servers."""
    if cause.fault not in _FAULTS or cause.target is None:
        return None
    meant = [
        pool for pool in pools
        if cause.target == pool.pool or cause.target in {s.server for s in pool.servers}
    ]  # fmt: skip
    return max(meant, key=lambda pool: (pool.skewed, pool.effect), default=None)


def _bins(facts: Facts, mask: Array, names: Sequence[str], since: float, until: float) -> Bins:
    """Count the pool's requests by time and first server, and those that got none."""
    traffic = facts.traffic
    chosen = mask & (traffic.started >= since) & (traffic.started < until)
    count = int(np.clip(chosen.sum() / (_PER_BIN * max(len(names), 1)), 1, _BINS))
    span = max(until - since, 1e-3)
    when = np.clip(
        ((traffic.started[chosen] - since) / span * count).astype(np.int64), 0, count - 1
    )
    number = {name: place for place, name in enumerate(names)}
    # Whoever is not of the pool's servers is nobody: the last column.
    place = np.array([number.get(name, len(names)) for name in traffic.servers])
    cell = when * (len(names) + 1) + place[traffic.first_server[chosen]]
    bad = facts.badness.bad[chosen]
    size = count * (len(names) + 1)
    trials, failures = (
        np.bincount(which, minlength=size).reshape(count, -1).astype(np.float64)
        for which in (cell, cell[bad])
    )
    length = np.full(count, span / count)
    return Bins(trials[:, :-1], failures[:, :-1], trials[:, -1], failures[:, -1], length)
