"""Weights, algorithm or configuration send traffic to servers in shares that nobody intended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.comparison import contrast
from logsleuth.analyses.concentration import by_client
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.passed_over import passed_over
from logsleuth.analyses.reference import reference
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.shown import shown
from logsleuth.analyses.stand_ins import stand_in
from logsleuth.analyses.told_shares import told_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.reference import Reference
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "skewed-selection"
LOOKALIKES: Final = ("sticky-hotspot", "server-ejected", "bad-instance")

# A smaller part of the requests on another server than intended harms nobody.
_MOVED: Final = 0.05
_LEAST: Final = 0.01
# The others idle, and so go badly a fifth less often at least.
_IDLE: Final = 0.8
_TIMES: Final = 1.5
_BEYOND: Final = 6.0
# Selection by connections follows the servers' speed: shares then are a consequence.
_BY_LOAD: Final = frozenset({"least-conn", "least-time"})
# HAProxy's `balance first` fills one server before it turns to the next.
_IN_ORDER: Final = "first"
# A client with this part of the requests may be a gateway.
_GATEWAY: Final = 0.15
_KEYED: Final = frozenset({"ip-hash", "hash", "source", "uri", "url-param", "hdr", "sticky"})


def examine(facts: Facts) -> list[Finding]:
    """Hold each pool's shares in the window against those before it, and against the harm."""
    found = []
    for pool in facts.pools:
        meant = reference(facts, pool)
        # A server that nobody used before was added to the pool: that is no selection among it.
        if meant is not None and (facts.blind or not _hot(pool, meant).new):
            found.append(_finding(facts, pool, meant))
    return found or _by_their_own_lines(facts)


def _by_their_own_lines(facts: Facts) -> list[Finding]:
    """Where no log of the balancer names servers, the instances tell how often each was asked."""
    held = told_shares(facts)
    if held is None:
        return []
    top = by_client(facts)
    gateway = top is not None and top.share_during > max(_GATEWAY, 3.0 * top.share_before)
    reasons = [
        reason(
            NAME, "shares moved", "strata", 2.5,
            f"by the applications' own lines {held.hot} was asked for {held.during:.0%} of all, and"
            f" for {held.before:.0%} before",
            effect=held.during - held.before, query=shown("instances", facts.window),
        ),
        reason(
            NAME, "harm on the hot server", "magnitude", 2.5 if held.harmed else -2.5,
            f"{held.hot} took {held.slower:.1f} times as long as before, the others"
            f" {held.others_slower:.1f} times (medians), and failed {held.failing:.1%} more than"
            " they did",
            effect=held.slower, query=shown("instances", facts.window),
        ),
        *([
            reason(
                NAME, "a key may have chosen it", "affinity", -2.5,
                f"{top.value} makes {top.share_during:.0%} of the requests, and made"
                f" {top.share_before:.0%} before: a key may keep it on one server",
                effect=top.share_during, query=shown("failures-by-client", facts.window),
            )
        ] if top is not None and gateway else []),
        *at_reload(NAME, facts),
    ]  # fmt: skip
    summary = (
        f"the balancer sent {held.during:.0%} of the requests to {held.hot}, by what the"
        f" applications say, and {held.before:.0%} before"
    )
    return [Finding(NAME, COMPONENT, held.hot, summary, tuple(reasons))]


def _finding(facts: Facts, pool: PoolFacts, meant: Reference) -> Finding:
    hot = _hot(pool, meant)
    reasons = [
        _shares(facts, pool, meant),
        *_harm(facts, pool, meant, hot),
        *_load(facts, pool, hot),
        *_timing(facts, pool),
        *at_reload(NAME, facts),
        *_configuration(facts, pool),
        *_gone(facts, pool, hot),
        *_passed_over(facts, pool),
        *_affinity(facts, pool),
        *_algorithm(facts, pool),
    ]
    summary = _summary(pool, meant, hot)
    return Finding(NAME, COMPONENT, hot.server, summary, tuple(reasons), pool.pool)


def _hot(pool: PoolFacts, meant: Reference) -> ServerFacts:
    """The server that got most above its part."""
    return max(pool.servers, key=lambda s: (s.during.share - meant.shares[s.server], s.server))


def _summary(pool: PoolFacts, meant: Reference, hot: ServerFacts) -> str:
    part = f"{meant.shares[hot.server]:.0%}"
    had = {
        "baseline": f"which had {part} before",
        "configuration": f"for which the configuration means {part}",
        "peers": f"whose equal part is {part}",
    }[meant.basis]
    return f"the balancer sent {hot.during.share:.0%} of pool {pool.pool} to {hot.server}, {had}"


def _shares(facts: Facts, pool: PoolFacts, meant: Reference) -> Reason:
    moved, hot = max(meant.moved, _beyond_outs(facts, pool, meant)), _hot(pool, meant)
    # In a pool of dozens one server's double part is a few percent of the requests.
    real = (moved >= _MOVED and (meant.p_value or 0.0) < 1e-3) or _doubled(pool, meant, hot)
    weight = (3.0 if moved >= 0.15 else 2.0) if real else -3.0
    if real and _only_gone(facts, pool):
        weight = 1.0
    return reason(
        NAME, "shares moved", "strata", weight,
        f"{moved:.1%} of pool {pool.pool}'s requests went to another server {meant.says}"
        f" (dispersion {pool.phi:.2f})",
        p_value=meant.p_value, effect=moved,
        query=shown("balancer-shares", facts.window),
    )  # fmt: skip


def _beyond_outs(facts: Facts, pool: PoolFacts, meant: Reference) -> float:
    """How far shares moved among the servers that were in rotation, where logs tell who wasn't."""
    intended = facts.intended[pool.pool]
    told = meant.basis == "baseline" and any(out.basis == "log" for out in intended.outs)
    return (intended.from_returning or 0.0) if told else 0.0


def _only_gone(facts: Facts, pool: PoolFacts) -> bool:
    """Whether servers are gone that should be there, and the rest only took their part."""
    gone = facts.missing(pool)
    if facts.blind or not gone or _spared(facts, pool, gone):
        return False
    return facts.intended[pool.pool].absence_explains


def _spared(facts: Facts, pool: PoolFacts, gone: Sequence[ServerFacts]) -> bool:
    """Whether those without requests are backups, or would only get what others can't take."""
    backups = all(s.configured and s.configured.backup for s in gone)
    return backups or pool.algorithm == _IN_ORDER or stand_in(facts, pool) is not None


def _doubled(pool: PoolFacts, meant: Reference, hot: ServerFacts) -> bool:
    """Whether the hot server by itself has far more than its part, beyond what chance gives.

    The test of all servers at once has too many of them to see one.
    """
    part = max(meant.shares[hot.server], 1e-6)
    expected = pool.during * part
    scatter = (max(pool.phi, 1.0) * expected * (1.0 - part)) ** 0.5
    beyond = hot.during.requests - expected > _BEYOND * max(scatter, 1.0)
    return meant.moved >= _LEAST and hot.during.share >= _TIMES * part and beyond


def _harm(facts: Facts, pool: PoolFacts, meant: Reference, hot: ServerFacts) -> list[Reason]:
    """Failures and slowness must lie on the servers that got more, while their equals idle."""
    gainers = [
        s.server for s in pool.servers if s.during.share - meant.shares[s.server] >= 0.02
    ] or [hot.server]
    held = contrast(facts, pool, gainers)
    if held is None:
        worse = (hot.during.bad_rate or 0.0) - (hot.before.bad_rate or 0.0)
        return [
            reason(
                NAME, "harm on the hot server", "magnitude", 2.0 if worse > 0.02 else -2.0,
                f"every request of the pool went to {hot.server}: {hot.during.bad_rate or 0:.1%} of"
                f" them went badly, {hot.before.bad_rate or 0:.1%} before",
                effect=worse, query=shown("failures-by-server", facts.window),
                evidence=facts.cite(facts.during & facts.badness.bad & facts.on(hot.server)),
            )
        ]  # fmt: skip
    idle = held.others_rate <= _IDLE * held.rate
    weight = 2.5 if held.difference.low > 0.01 and held.excess_share > 0.7 and idle else -2.5
    return [
        reason(
            NAME, "harm on the hot server", "magnitude", weight,
            f"{held.rate:.1%} of the requests on {', '.join(gainers)} went badly, "
            f"{held.others_rate:.1%} on the other servers of the pool",
            effect=held.rate - held.others_rate, interval=held.difference,
            query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(hot.server)),
        )
    ]  # fmt: skip


def _load(facts: Facts, pool: PoolFacts, hot: ServerFacts) -> list[Reason]:
    """An overloaded server gets slow; one that is broken may answer its errors at once."""
    if facts.blind:
        return _beside_peers(facts, pool, hot)
    before, during = hot.before.median_s, hot.during.p95_s
    if before is None or during is None:
        return []
    overload = [w for w in facts.said("overload") if w.instance]
    slower = during > 2.0 * (hot.before.p95_s or before) or bool(overload)
    quick = (hot.during.median_s or 0.0) < 1.2 * before and not overload
    weight = 1.0 if slower and not quick else -3.0 if quick and not slower else 0.0
    return [
        reason(
            NAME, "the hot server is overloaded", "load", weight,
            f"{hot.server} took {during:.3f} s (p95) in the window, "
            f"{hot.before.p95_s or 0:.3f} s before",
            effect=during / max(hot.before.p95_s or before, 1e-6),
            query=shown("slowest-routes", facts.window),
            evidence=tuple(w.event for w in overload[:2] if w.event),
        )
    ]  # fmt: skip


def _beside_peers(facts: Facts, pool: PoolFacts, hot: ServerFacts) -> list[Reason]:
    """Without a baseline, the other servers of the pool show what its load does to the hot one."""
    took = [s.during.p95_s for s in pool.servers if s is not hot and s.during.p95_s is not None]
    if not took or hot.during.p95_s is None:
        return []
    ratio = hot.during.p95_s / max(min(took), 1e-3)
    return [
        reason(
            NAME, "the hot server is overloaded", "load",
            1.5 if ratio > 2.0 else -2.0 if ratio < 1.2 else 0.0,
            f"{hot.server} took {hot.during.p95_s:.3f} s (p95), the quickest of the others"
            f" {min(took):.3f} s",
            effect=ratio, query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip


def _timing(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """A cause comes first: shares that move after the failures follow from them."""
    if pool.changed_at is None:
        return []
    late = pool.changed_at - facts.window.latest
    slack = max(3.0, 0.03 * facts.seconds_during) + facts.pace_s
    weight = -2.5 if late > slack else 1.5
    return [
        reason(
            NAME, "shares moved first", "timing", weight,
            f"the shares changed {abs(pool.changed_at - facts.window.onset):.1f} s "
            f"{'after' if late > 0 else 'before'} the first bad request",
            statistic=pool.changed_at - facts.window.onset,
            query=shown("shares-per-minute", bucket="5"),
        )
    ]  # fmt: skip


def _configuration(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """What the configuration says explains the shares; agreement with it proves nothing."""
    held = facts.intended[pool.pool]
    if held.line is None:
        return []
    return [
        reason(
            NAME, "the configuration asks for these shares", "configuration", 2.0,
            f"{held.line} asks for the shares of the window, by the moments that each server was in"
            " rotation, and not for those before",
            effect=held.from_baseline, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _gone(facts: Facts, pool: PoolFacts, hot: ServerFacts) -> list[Reason]:
    """Servers without any request were taken out, unless the configuration made them spares.

    The server that got most may have gone under for it, and been left out for that.
    """
    gone = tuple(s for s in facts.missing(pool) if s is not hot)
    if not gone:
        return []
    spare = [s for s in gone if s.configured and s.configured.backup]
    standing_in = stand_in(facts, pool)
    weight = 2.0 if _spared(facts, pool, gone) else -3.0
    names = ", ".join(s.server for s in gone)
    return [
        reason(
            NAME, "servers without requests", "absence", weight,
            f"{names} got no request"
            + ("" if facts.blind else f" for {max(s.absent for s in gone):.0%} of the window")
            + (": the configuration makes them backups" if spare else "")
            + (": the first server gets all it can take" if pool.algorithm == _IN_ORDER else "")
            + (f"; {standing_in.told}, as to backups" if standing_in is not None else ""),
            effect=max(s.absent for s in gone), query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _passed_over(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """Shares that moved because one server fails are no mistake of the balancer's."""
    held = passed_over(facts, pool)
    if held is None:
        return []
    return [
        reason(
            NAME, "a server that fails is passed over", "ejection", -3.0,
            f"{held.server} had {held.before:.0%} before and has {held.during:.0%};"
            f" {held.failed} of {held.attempts} attempts on it failed, {held.others_rate:.1%} on"
            " the others",
            effect=held.failed / held.attempts, evidence=held.events,
            query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip


def _affinity(facts: Facts, pool: PoolFacts) -> list[Reason]:
    held = facts.affinity(pool)
    if held.during is None:
        return []
    # An affinity of old explains no change of the shares; a new one does.
    new = held.came or (held.chosen and pool.algorithm != "round-robin")
    weight = -3.0 if new or held.blurred else 0.5 if held.during < 0.3 else 0.0
    return [
        reason(
            NAME, f"the {held.key} does not choose the server", "affinity", weight,
            f"a {held.key} returns to the server that it had {held.during:.0%} of the way from"
            " chance to always",
            statistic=held.during, query=shown("affinity", facts.window),
        )
    ]  # fmt: skip


def _algorithm(facts: Facts, pool: PoolFacts) -> list[Reason]:
    if pool.algorithm not in _BY_LOAD | _KEYED:
        return []
    return [
        reason(
            NAME, "shares follow from the algorithm", "configuration", -1.5,
            f"pool {pool.pool} selects by {pool.algorithm}: its shares need not follow weights",
            query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip
