"""One instance fails or is slow while its equals are well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import nameless
from logsleuth.analyses.busiest import fills_first, full_before
from logsleuth.analyses.comparison import contrast
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.passed_over import passed_over
from logsleuth.analyses.ports import odd_port
from logsleuth.analyses.reference import reference
from logsleuth.analyses.said_of_one import complains, given_up
from logsleuth.analyses.shown import shown
from logsleuth.model import Interval
from logsleuth.stats.proportions import newcombe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.application import Instance
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "application"
NAME: Final = "bad-instance"
LOOKALIKES: Final = ("skewed-selection", "server-ejected", "misrouted")


# What all of its equals have is no fault of one instance.
_SLOWER: Final = 1.35
# Attempts for each request that was sent to them first: who answers for another has more.
_TAKEN: Final = 1.15
# Nor is what they have a good part of.
_ALONE: Final = 0.9
_NO_ACCIDENT: Final = 0.01
# By their own account: instances with so many requests, of whom there are so many, are compared;
# one is slow that takes so many times as long as before while its equals are as ever.
_TOLD: Final = 20
_EQUALS: Final = 3
_MUCH_SLOWER: Final = 2.0
_AS_EVER: Final = 1.3
# Times an equal part of a pool's requests.
_OVER: Final = 1.5


def examine(facts: Facts) -> list[Finding]:
    """Hold the worst server of each pool against its equals."""
    found = []
    for pool in facts.pools:
        served = [s for s in pool.servers if s.during.attempts]
        if len(served) > 1:
            worst = max(served, key=lambda s: (_badness(s), s.server))
            found += _of_pool(facts, pool, worst)
    return found or _among_instances(facts)


def _of_pool(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Finding]:
    """The worst server, and the one that is passed over: its equals may do badly for it, too."""
    own, spared = _finding(facts, pool, worst), _passed_over(facts, pool)
    return [own] if spared is None else [own, spared]


def _passed_over(facts: Facts, pool: PoolFacts) -> Finding | None:
    """The one that fails and is spared for it, where another does worse with its part as well."""
    held = passed_over(facts, pool)
    if held is None:
        return None
    rate = held.failed / held.attempts
    one = next(s for s in pool.servers if s.server == held.server)
    reasons = [
        reason(
            NAME, "it fails, and its equals don't", "strata", 3.0,
            f"{held.failed} of {held.attempts} attempts on {held.server} failed, and"
            f" {held.others_rate:.1%} on the others",
            effect=rate - held.others_rate, query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.traffic.retried & facts.on(held.server)),
        ),
        reason(
            NAME, "it is passed over for that", "magnitude", 2.0,
            f"it had {held.before:.0%} of the pool before and {held.during:.0%} in the window;"
            f" {held.told} lines of the balancer say that it was given up for a while",
            effect=held.during / held.before, query=shown("balancer-shares", facts.window),
            evidence=held.events,
        ),
        *_before(one),
        *complains(NAME, facts, pool, one),
        *given_up(NAME, facts, one),
    ]  # fmt: skip
    summary = (
        f"{rate:.0%} of the attempts on {held.server} failed, so that it was passed over and the"
        f" other servers of pool {pool.pool} had to carry its part"
    )
    return Finding(NAME, COMPONENT, held.server, summary, tuple(reasons), pool.pool)


def _among_instances(facts: Facts) -> list[Finding]:
    """Where no log tells whose a request was, the applications' own lines tell who is ill."""
    told = [i for i in facts.instances if i.during >= _TOLD]
    if len(told) < _EQUALS or facts.blind:
        return []
    worst = max(told, key=lambda i: (i.failed_during / i.during, i.slower, i.name))
    others = [i for i in told if i is not worst]
    before, during = sum(i.before for i in told), sum(i.during for i in told)
    ratio = (worst.during / during) / max(worst.before / max(before, 1), 1e-3)
    well = worst.failed_before <= 0.1 * worst.before
    reasons = [
        _worse_by_its_own_lines(facts, worst, others),
        reason(
            NAME, "no more load than before", "magnitude", 2.0 if ratio <= 1.2 else -2.0,
            f"{worst.name} answered {ratio:.2f} times its part of before", effect=ratio,
            query=shown("instances", facts.window),
        ),
        reason(
            NAME, "well until the onset", "timing", 1.0 if well else 0.0,
            f"{worst.failed_before} of its {worst.before} requests failed before the onset",
        ),
    ]  # fmt: skip
    summary = f"{worst.name} fails or is slow by its own account, its equals are not"
    return [Finding(NAME, COMPONENT, worst.name, summary, tuple(reasons))]


def _worse_by_its_own_lines(facts: Facts, worst: Instance, others: Sequence[Instance]) -> Reason:
    n, k = sum(i.during for i in others), sum(i.failed_during for i in others)
    rate, slower = worst.failed_during / worst.during, max(i.slower for i in others)
    apart = newcombe(worst.failed_during, worst.during, k, n)
    failing = apart.low > 0.02 and rate > 2.5 * k / n
    slow = worst.slower > _MUCH_SLOWER and slower < _AS_EVER
    return reason(
        NAME, "worse than its equals", "strata", 3.0 if failing or slow else -3.0,
        f"by the applications' own lines {worst.name} failed {rate:.1%} of what it was asked and"
        f" took {worst.slower:.1f} times as long as before, the others {k / n:.1%} and at most"
        f" {slower:.1f} times",
        effect=rate - k / n, interval=Interval(apart.low, apart.high),
        query=shown("instances", facts.window),
    )  # fmt: skip


def _badness(server: ServerFacts) -> float:
    """How much of what it was asked went badly, its failed attempts that others saved included."""
    attempts = server.during.attempts_failed / max(server.during.attempts, 1)
    return max(attempts, server.during.bad_rate or 0.0)


def _finding(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> Finding:
    reasons = [
        *_contrast(facts, pool, worst),
        *_load(facts, pool, worst),
        *_by_key(facts, pool, worst),
        *_before(worst),
        *_equals(facts, pool, worst),
        *_route_everywhere(facts),
        *_new(facts, worst),
        *complains(NAME, facts, pool, worst),
        *given_up(NAME, facts, worst),
        *_reload(facts, worst),
        *_odd_port(pool, worst),
    ]
    others = max(_badness(s) for s in pool.servers if s is not worst and s.during.attempts)
    summary = (
        f"{_badness(worst):.0%} of the attempts on {worst.server} failed or were slow, on the other"
        f" servers of pool {pool.pool} at most {others:.0%}"
    )
    return Finding(NAME, COMPONENT, worst.server, summary, tuple(reasons), pool.pool)


def _contrast(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    held = contrast(facts, pool, [worst.server])
    if held is None:
        return []
    apart = held.difference.low > 0.02 and held.rate > 2.5 * held.others_rate
    alone = 3.0 if not held.others_rose or held.excess_share > _ALONE else 1.5
    weight = alone if apart and held.excess_share > 0.7 else -3.0
    return [
        reason(
            NAME, "worse than its equals", "strata", weight,
            f"{held.rate:.1%} of the requests on {worst.server} went badly or had to be tried"
            f" again, {held.others_rate:.1%} on the others; {held.excess_share:.0%} of the harm is"
            " its",
            effect=held.rate - held.others_rate, interval=held.difference,
            query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(worst.server)),
        )
    ]  # fmt: skip


def _load(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """Whether it had more to do: than before, or than was meant for it where nobody saw before."""
    if nameless.mostly(facts):
        return [nameless.against_parts(NAME, facts)]
    meant = reference(facts, pool)
    by_baseline = not facts.blind and (meant is None or meant.basis == "baseline")
    return _share(facts, pool, worst) if by_baseline else _peers(facts, pool, worst)


def _share(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """At an equal share the load can't be the reason; at a larger one it may well be."""
    if pool.moved is None or not worst.before.share:
        return []
    ratio = worst.during.share / worst.before.share
    before, during = worst.before.median_s or 0.0, worst.during.median_s or 0.0
    slowest = (worst.during.p95_s or 0.0) / max(worst.before.p95_s or before, 1e-3)
    grown = fills_first(facts, pool, worst) if during > 1.2 * before else None
    if grown is not None:
        weight = -2.0
    elif ratio <= 1.2 and full_before(pool) is worst:
        # Nobody saw it serve its part well: the baseline may be of the same trouble.
        weight = -1.0
    elif 1.1 < ratio <= 1.2 and pool.p_value is not None and pool.p_value < _NO_ACCIDENT:
        weight = -1.0
    elif ratio <= 1.2:
        weight = 2.0
    elif worst.during.median_s is None:
        # A log without times doesn't tell whether it is slower: the load may well be the reason.
        weight = -1.5
    elif during <= 1.2 * before and slowest <= 1.5:
        # It answers its errors at once, and whoever counts connections sends it more for that.
        weight = 1.0
    else:
        weight = -3.0
    return [
        reason(
            NAME, "no more load than before", "magnitude", weight,
            f"{worst.server} had {worst.before.share:.1%} of the pool before and "
            f"{worst.during.share:.1%} in the window"
            + (f"; its median time went from {before:.3f} s to {during:.3f} s" if during else "")
            + (f", and it has most of {grown:.1f} times as many requests" if grown else ""),
            effect=ratio, p_value=pool.p_value, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _by_key(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """A server to which a key gives far more than to others is the first to be full."""
    over = worst.during.share * len(pool.servers)
    before, during = worst.before.median_s or 0.0, worst.during.median_s or 0.0
    if over < _OVER or during <= 1.2 * before or not facts.affinity(pool).chosen:
        return []
    return [
        reason(
            NAME, "a key gives it more than its equals", "load", -3.0,
            f"{worst.server} has {over:.1f} times an equal part of the pool, which a key gives it,"
            f" and got slower: its median time went from {before:.3f} s to {during:.3f} s",
            effect=over, query=shown("affinity", facts.window),
        )
    ]  # fmt: skip


def _peers(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """Without a baseline: whether it has more than the part that was meant for it."""
    meant = reference(facts, pool)
    if meant is None or not meant.shares.get(worst.server):
        return []
    ratio = worst.during.share / meant.shares[worst.server]
    others = [s.during.p95_s for s in pool.servers if s is not worst and s.during.p95_s]
    # It answers its errors sooner than the others their pages: counting connections does the rest.
    quick = bool(others) and (worst.during.p95_s or np.inf) <= 1.2 * min(others)
    weight = 2.0 if ratio <= 1.2 else 1.5 if quick else -1.0 if ratio <= 1.35 else -3.0
    if worst.during.share * len(pool.servers) >= _OVER and not quick:
        # It was meant to have it; that it can serve it, nobody saw.
        weight = min(weight, -1.0)
    return [
        reason(
            NAME, "no more load than its equals", "magnitude", weight,
            f"{worst.server} has {worst.during.share:.1%} of the pool, where"
            f" {meant.shares[worst.server]:.1%} would be its part ({meant.basis})",
            effect=ratio, p_value=meant.p_value, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _route_everywhere(facts: Facts) -> list[Reason]:
    """Where a route is slower on every instance, the one with least room goes under first."""
    slowed = None if facts.blind else facts.slowed_route
    if slowed is None or not slowed.somewhat:
        return []
    own = slowed.own
    return [
        reason(
            NAME, "a route is slower on every instance", "routes", -2.0,
            f"{slowed.route} took {own.longer_s:.3f} s longer ({own.interval.low:.3f} to"
            f" {own.interval.high:.3f}) than before and than others beside it, on"
            f" {own.places:.0%} of the instances",
            effect=own.longer_s, query=shown("route-own-times", facts.window),
            interval=Interval(own.interval.low, own.interval.high), evidence=slowed.events,
        )
    ]  # fmt: skip


def _before(worst: ServerFacts) -> list[Reason]:
    if not worst.before.requests:
        return []
    rate = worst.before.bad_rate or 0.0
    risen = _badness(worst) - rate
    return [
        reason(
            NAME, "well until the onset", "timing", 1.5 if risen > 0.02 and rate < 0.1 else 0.0,
            f"{rate:.1%} of its requests went badly before the onset", effect=risen,
        )
    ]  # fmt: skip


def _equals(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """Where each of its equals got slower too, it is only the first to give in."""
    ratios = [
        s.during.median_s / s.before.median_s
        for s in pool.servers
        if s is not worst and s.during.median_s and s.before.median_s
    ] or _by_own_account(facts, pool, worst)
    if facts.blind or not ratios or min(ratios) < _SLOWER or _took_over(pool, worst):
        return []
    return [
        reason(
            NAME, "its equals got slower too", "strata", -2.5,
            f"every other server took at least {min(ratios):.2f} times as long as before (median)",
            effect=min(ratios), query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip


def _took_over(pool: PoolFacts, worst: ServerFacts) -> bool:
    """Whether its equals got slower by the work that they do for it: what it failed is retried."""
    others = [s.during for s in pool.servers if s is not worst]
    sent = sum(load.requests for load in others)
    return sum(load.attempts for load in others) > _TAKEN * max(sent, 1)


def _by_own_account(facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[float]:
    """How much slower the other instances say they got, where the balancer logs no times."""
    others = {s.server for s in pool.servers} - {worst.server}
    return [
        i.median_during_s / i.median_before_s
        for i in facts.instances
        if facts.names.get(i.name, i.name) in others and i.median_during_s and i.median_before_s
    ]


def _new(facts: Facts, worst: ServerFacts) -> list[Reason]:
    """An address that nobody used before was put there by the balancer's configuration."""
    if not worst.new or facts.seconds_before < 5.0:
        return []
    return [
        reason(
            NAME, "never seen before", "configuration", -3.0,
            f"{worst.server} got no request before the onset",
            query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _reload(facts: Facts, worst: ServerFacts) -> list[Reason]:
    """A server that nobody listens on since a reload may have a wrong address.

    Only where it runs on: an instance that says it stopped, or that fell silent, is down itself.
    """
    dead = worst.during.unconnected > 0.8 * max(worst.during.attempts, 1)
    if dead and facts.blind:
        return [
            reason(
                NAME, "nobody listens there", "direct", -1.5,
                f"nobody listens on {worst.server}, and whether anybody did before is not in the"
                " evidence",
            )
        ]  # fmt: skip
    reloads = [c for c in facts.changed("reload", within=5.0) if c.ts <= facts.window.latest + 2.0]
    if not dead or not reloads:
        return []
    return [
        reason(
            NAME, "unreachable since a reload", "direct", -2.0,
            f"nobody listens on {worst.server} since the balancer was reconfigured",
            evidence=(reloads[0].event_id,),
        )
    ]  # fmt: skip


def _odd_port(pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """Nobody listens on a port that only its line of the configuration has."""
    odd = odd_port(pool, worst)
    if odd is None or worst.during.unconnected < 0.8 * max(worst.during.attempts, 1):
        return []
    return [reason(NAME, "asked on a port unlike its equals", "configuration", -2.5, odd)]
