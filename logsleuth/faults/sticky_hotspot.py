"""An affinity key (client address, cookie, URI hash) concentrates traffic on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.comparison import contrast
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.comparison import Affinity
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.moving_spot import MovingSpot
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "sticky-hotspot"
LOOKALIKES: Final = ("skewed-selection", "abusive-client")

# From this part of the window on a server that got nothing was gone.
_GONE: Final = 0.8
_KEYED: Final = frozenset({"ip-hash", "hash", "source", "uri", "url-param", "hdr", "sticky"})
# Times an equal part, and parts of the pool's requests more than before.
_OVER: Final = 1.5
_OVER_ANEW: Final = 1.25
_GROWN: Final = 0.05
# Times as many requests a second: a server that is nearly full has no more to give.
_MORE: Final = 1.08


def examine(facts: Facts) -> list[Finding]:
    """Hold each pool whose clients keep to one server against its shares."""
    found = []
    for pool in facts.pools:
        held = facts.affinity(pool)
        keyed = pool.algorithm in _KEYED or any(
            s.configured and s.configured.affinity_key for s in pool.servers
        )
        if len(pool.servers) > 1 and pool.during >= 20 and (keyed or held.chosen or held.blurred):
            found.append(_finding(facts, pool, held, keyed=keyed))
    return found


def _finding(facts: Facts, pool: PoolFacts, held: Affinity, *, keyed: bool) -> Finding:
    spot = facts.moving_spot(pool)
    if spot is not None and spot.share * len(pool.servers) > _OVER:
        return _moves(facts, pool, spot, _key(facts, pool, held, keyed=keyed))
    hot = max(pool.servers, key=lambda s: (s.during.share, s.server))
    reasons = [
        *_key(facts, pool, held, keyed=keyed),
        *_hot(facts, pool, hot, held),
        *_harm(facts, pool, hot),
        *_alone(facts, pool, hot),
        *at_reload(NAME, facts, "timing"),
    ]
    summary = (
        f"affinity keeps {hot.during.share:.0%} of pool {pool.pool} on {hot.server}, "
        f"{hot.before.share:.0%} before"
    )
    return Finding(NAME, COMPONENT, hot.server, summary, tuple(reasons), pool.pool)


def _moves(facts: Facts, pool: PoolFacts, spot: MovingSpot, key: list[Reason]) -> Finding:
    """The server that is hot is given up for that, and the key fills the next."""
    had = "" if spot.before is None else f" and {spot.before:.0%} before"
    reasons = [
        *key,
        reason(
            NAME, "one server at a time has far more than its part", "strata", 2.0,
            f"of the requests of a moment one server has {spot.share:.0%},"
            f" {spot.share * len(pool.servers):.1f} times an equal part{had}; it is not always the"
            f" same one, and {spot.first} was the first",
            effect=spot.share, query=shown("balancer-shares", facts.window),
        ),
        reason(
            NAME, "harm on the hot server", "magnitude", 2.0 if spot.surely else -2.5,
            f"{spot.rate:.1%} of the requests on the one that was hot went badly,"
            f" {spot.others_rate:.1%} on the others",
            effect=spot.rate - spot.others_rate, query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(spot.first)),
        ),
    ]  # fmt: skip
    summary = (
        f"affinity keeps {spot.share:.0%} of pool {pool.pool} on one server{had}: at first on"
        f" {spot.first}, and on others when it was given up"
    )
    return Finding(NAME, COMPONENT, spot.first, summary, tuple(reasons), pool.pool)


def _alone(facts: Facts, pool: PoolFacts, hot: ServerFacts) -> list[Reason]:
    """A server has all there is where its equals get nothing: keys don't do that."""
    gone = [s for s in facts.missing(pool) if s is not hot and s.absent > _GONE]
    if len(gone) < 0.5 * (len(pool.servers) - 1):
        return []
    return [
        reason(
            NAME, "its equals get nothing", "absence", -3.0,
            f"{', '.join(s.server for s in gone)} got no request for"
            f" {min(s.absent for s in gone):.0%} of the window",
            effect=float(len(gone)), query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _key(facts: Facts, pool: PoolFacts, held: Affinity, *, keyed: bool) -> list[Reason]:
    unseen = keyed and held.during is None
    weight = 3.0 if held.chosen else 2.5 if held.blurred else 1.5 if unseen else -1.5
    return [
        reason(
            NAME, "a key chooses the server", "affinity", weight,
            f"in pool {pool.pool} a {held.key} returns to the server that it had"
            f" {held.during or 0.0:.0%} of the way from chance to always"
            + (f"; it selects by {pool.algorithm}" if keyed else ""),
            statistic=held.during, query=shown("affinity", facts.window),
        )
    ]  # fmt: skip


def _hot(facts: Facts, pool: PoolFacts, hot: ServerFacts, held: Affinity) -> list[Reason]:
    fair = 1.0 / len(pool.servers)
    over = hot.during.share / fair
    grown = hot.during.share - hot.before.share
    # What came with the harm, the key or a tenth of all, needs to fill nobody by half.
    anew = held.came or (not facts.blind and grown > 2.0 * _GROWN)
    least = _OVER_ANEW if anew else _OVER
    # Who had as much before, and served it well, isn't hot for it, unless more is asked by now.
    old = not facts.blind and grown < _GROWN
    if old and over > least and _asked_more(facts, pool):
        return [
            reason(
                NAME, "one server is the first to be full", "strata", 0.0,
                f"{hot.server} has {hot.during.share:.0%}, {over:.1f} times an equal part, as"
                " before, but the pool is asked more often",
                effect=over, query=shown("balancer-shares", facts.window),
            )
        ]  # fmt: skip
    weight = -2.0 if old or over <= least else 2.0 if grown > _GROWN else 1.0
    return [
        reason(
            NAME, "one server has far more than its part", "strata", weight,
            f"{hot.server} has {hot.during.share:.0%}, {over:.1f} times an equal part; it had"
            f" {hot.before.share:.0%} before",
            effect=over, p_value=pool.p_value, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _asked_more(facts: Facts, pool: PoolFacts) -> bool:
    mine = facts.of_pool(pool)
    before = float((mine & facts.before).sum()) / max(facts.seconds_before, 1e-3)
    return float((mine & facts.during).sum()) / facts.seconds_during > _MORE * before


def _harm(facts: Facts, pool: PoolFacts, hot: ServerFacts) -> list[Reason]:
    held = contrast(facts, pool, [hot.server])
    if held is None:
        return []
    apart = held.difference.low > 0.01 and held.excess_share > 0.7
    return [
        reason(
            NAME, "harm on the hot server", "magnitude", 2.0 if apart else -2.5,
            f"{held.rate:.1%} of the requests on {hot.server} went badly, "
            f"{held.others_rate:.1%} on the others",
            effect=held.rate - held.others_rate, interval=held.difference,
            query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(hot.server)),
        )
    ]  # fmt: skip
