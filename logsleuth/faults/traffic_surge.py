"""More legitimate traffic than the capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.busiest import fills_first
from logsleuth.analyses.concentration import by_client
from logsleuth.analyses.everywhere import hit_everywhere
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.shown import shown
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.ranks import spearman

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import ServerFacts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "client"
NAME: Final = "traffic-surge"
LOOKALIKES: Final = ("abusive-client", "capacity-limit")

_MORE: Final = 1.4
# A client with this part of the requests, and this of those that have come to them.
_MUCH: Final = 0.15
_MOST: Final = 0.6
# Of its requests went badly.
_SOME: Final = 0.05
# Of four servers that rank alike by chance once in 24 times, of five or six so surely.
_SEVERAL: Final = 4
_BY_LOAD: Final = 0.82
# Times the least part.
_UNEQUAL: Final = 1.25


def examine(facts: Facts) -> list[Finding]:
    """Hold the rate of requests in the window against that before, client by client."""
    before, during = int(facts.before.sum()), int(facts.during.sum())
    if before < 20 or facts.seconds_before < 5.0:
        return []
    rate = poisson_ratio(during, facts.window.bad_seconds, before, facts.seconds_before)
    if rate.interval.low < 1.15:
        return []
    reasons = [
        reason(
            NAME, "more requests than before", "magnitude", 3.0 if rate.ratio > _MORE else 0.5,
            f"{rate.ratio:.2f} times as many requests a second as before", effect=rate.ratio,
            p_value=rate.p_value, query=shown("requests-per-minute"),
        ),
        *_broad(facts, rate.ratio),
        *_overloaded(facts),
        *_overload(facts),
    ]  # fmt: skip
    summary = f"{rate.ratio:.1f} times as many requests as before, from many clients"
    return [Finding(NAME, COMPONENT, None, summary, tuple(reasons))]


def _broad(facts: Facts, ratio: float) -> list[Reason]:
    """The surge is everybody's: no client makes much of it."""
    top = by_client(facts)
    if top is None:
        return []
    added = (ratio * top.share_during - top.share_before) / max(ratio - 1.0, 0.1)
    narrow = top.share_during > _MUCH and (
        top.share_during > 3.0 * top.share_before or added > _MOST
    )
    return [
        reason(
            NAME, "from many clients", "strata", -3.0 if narrow else 2.0,
            f"the client that grew most makes {top.share_during:.1%} of the requests, "
            f"{top.share_before:.1%} before",
            effect=top.share_during, query=shown("failures-by-client", facts.window),
        )
    ]  # fmt: skip


def _overloaded(facts: Facts) -> list[Reason]:
    """More than the capacity fills all servers, or at first the one that has most to do."""
    for pool in facts.pools:
        served = [s for s in pool.servers if s.during.requests]
        if not served:
            continue
        worst = max(served, key=lambda s: (s.during.bad_rate or 0.0, s.server))
        grown = fills_first(facts, pool, worst)
        if grown is not None and (worst.during.bad_rate or 0.0) > _SOME:
            return [
                reason(
                    NAME, "the busiest server is overloaded first", "load", 1.5,
                    f"{worst.server}, which has {worst.during.share:.0%} of pool {pool.pool}, got"
                    f" {grown:.1f} times as many requests as before, and"
                    f" {worst.during.bad_rate or 0.0:.0%} of them went badly",
                    effect=grown, query=shown("failures-by-server", facts.window),
                )
            ]  # fmt: skip
        by_load = _by_load(served)
        if by_load >= _BY_LOAD:
            return [
                reason(
                    NAME, "the more a server gets, the worse it is", "load", 1.5,
                    f"the parts that the {len(served)} servers of pool {pool.pool} have and what"
                    f" goes badly on them rank alike, by {by_load:.2f}",
                    effect=by_load, query=shown("failures-by-server", facts.window),
                )
            ]  # fmt: skip
    return hit_everywhere(NAME, facts, "every server is overloaded", "load", alike=1.5, apart=-2.5)


def _by_load(served: Sequence[ServerFacts]) -> float:
    """How alike the servers' parts and bad rates rank, 0 where that tells nothing.

    Where a key deals out unequal parts, those fill first that get most. Parts that are meant to be
    equal differ by chance, and rank as anything.
    """
    parts = [s.during.share for s in served]
    rates = [s.during.bad_rate or 0.0 for s in served]
    unequal = max(parts) >= _UNEQUAL * min(parts)
    if len(served) < _SEVERAL or max(rates) <= _SOME or not unequal:
        return 0.0
    return spearman(parts, rates) or 0.0


def _overload(facts: Facts) -> list[Reason]:
    """A stopped database or a full one explains failures without any more traffic."""
    grave = facts.said("database-down", "no-connections", role="database")
    if not grave:
        return []
    return [
        reason(
            NAME, "the database was in trouble", "direct", -2.0,
            f"{sum(w.during for w in grave)} lines of the database: {grave[0].message or ''}",
            evidence=tuple(w.event for w in grave[:2] if w.event),
        )
    ]  # fmt: skip
