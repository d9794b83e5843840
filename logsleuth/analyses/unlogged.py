"""Requests that no application has a line of, where a balancer's log names no server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

# Of the others so many have a line, of these next to none.
_MOSTLY: Final = 0.5
_HARDLY: Final = 0.1
_FEW: Final = 20
# Of an instance that is lost or hangs there are no lines either, and its share falls below this.
_KEPT: Final = 0.75


def never_reached(facts: Facts, chosen: Array) -> bool:
    """Whether the balancer answered the chosen requests of the window itself.

    Where the applications have a line of most others and of next to none of these, no application
    was asked: unless one turns requests away without a line, or is lost with all of its own. Then
    it says so, or has less of what is left than before.
    """
    named = facts.traffic.named
    placed = named[facts.traffic.server]
    alike = chosen | (facts.during & np.isin(facts.traffic.status, facts.traffic.status[chosen]))
    others = facts.during & ~alike
    if facts.blind or int(chosen.sum()) < _FEW or int(others.sum()) < _FEW:
        return False
    usual = float(placed[others].mean())
    if usual < _MOSTLY or float(placed[alike].mean()) > _HARDLY * usual:
        return False
    if facts.said("overload", "resources", role="application"):
        return False
    servers = [s for p in facts.pools for s in p.servers if s.before.requests >= _FEW]
    steady = all(s.during.share >= _KEPT * s.before.share for s in servers)
    return bool(servers) and steady and not any(facts.missing(p) for p in facts.pools)


def as_quick_inside(facts: Facts) -> float | None:
    """How many times as long as before the applications took, the median of the instances."""
    ratios = [
        i.median_during_s / i.median_before_s
        for i in facts.instances
        if min(i.before, i.during) >= _FEW and i.median_before_s and i.median_during_s
    ]
    return float(np.median(ratios)) if ratios else None
