"""The shares that a pool's servers should have had, and how far from them the window was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.busiest import full_before
from logsleuth.stats.shares import g_test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.model import ExpectedFrom

# A baseline of fewer requests of the pool tells nothing of shares.
_LEAST: Final = 20
# A configuration that is followed this closely may itself be what harms.
_FOLLOWED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reference:
    """Expected shares by server, where they are from, and how far the window's are from them.

    `moved` is the total variation, 0 to 1; `p_value` allows for the dispersion of the baseline.
    """

    shares: Mapping[str, float]
    basis: ExpectedFrom
    moved: float
    p_value: float | None

    @property
    def says(self) -> str:
        """The basis in words."""
        return {
            "baseline": "than before",
            "configuration": "than the configuration says",
            "peers": "than an equal part for each would give",
        }[self.basis]


def reference(facts: Facts, pool: PoolFacts) -> Reference | None:
    """The baseline where there is one; else the configuration; else equal parts.

    A configuration that the window follows can't be the yardstick: a wrong one agrees with itself.
    Nor can a baseline from after the window's end in which a server is as overloaded as in it.
    None where the pool has one server, or the window has too few requests of it.
    """
    observed = {s.server: s.during.share for s in pool.servers if s.server}
    if len(observed) < 2 or pool.during < _LEAST:
        return None
    seen = not facts.blind and not (facts.begun_before and full_before(pool))
    if pool.moved is not None and seen:
        before = {s.server: s.before.share for s in pool.servers}
        return Reference(before, "baseline", pool.moved, pool.p_value)
    told = {s.server: s.configured_share for s in pool.servers if s.configured_share is not None}
    if len(told) == len(observed) and sum(told.values()) > 0:
        configured = _held(pool, told, "configuration")
        if configured.moved >= _FOLLOWED:
            return configured
    # Backups and servers marked down are meant to get nothing.
    meant = [s for s in pool.servers if s.during.requests or s.configured_share]
    return _held(pool, {s.server: 1.0 / len(meant) for s in meant}, "peers")


def _held(pool: PoolFacts, shares: Mapping[str, float], basis: ExpectedFrom) -> Reference:
    names = [s.server for s in pool.servers]
    counts = np.array([s.during.requests for s in pool.servers])
    expected = np.array([shares.get(name, 0.0) for name in names])
    moved = 0.5 * float(np.abs(counts / counts.sum() - expected / expected.sum()).sum())
    held = g_test(counts, expected, phi=max(pool.phi, 1.0))
    return Reference(dict(zip(names, expected.tolist(), strict=True)), basis, moved, held.p_value)
