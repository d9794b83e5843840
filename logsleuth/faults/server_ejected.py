"""Healthy servers were taken out of rotation, and the rest carry the load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.comparison import contrast
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.shown import shown
from logsleuth.analyses.stand_ins import stand_in

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "server-ejected"
LOOKALIKES: Final = ("bad-instance", "skewed-selection")

# A server that did worse than this just before it went was ill itself.
_ILL: Final = 0.25
_FEW: Final = 20
# Requests that do better than this part of all were spared.
_SPARED: Final = 0.5
# Servers that were gone for less than this part of the longest absence went later.
_ALL_ALONG: Final = 0.8
# Shares that moved by less are what renormalised weights give, not what new ones do by chance.
_EXACTLY: Final = 0.02
_OWN_ERROR: Final = re.compile(r"\bcode: 5\d\d\b")
# Nobody listens where so much of what was tried found nobody.
_IN_VAIN: Final = 0.8


def examine(facts: Facts) -> list[Finding]:
    """Look in each pool for servers that got nothing for a good part of the window."""
    missing = [(pool, _first_gone(facts.missing(pool))) for pool in facts.pools]
    return [_finding(facts, pool, gone) for pool, gone in missing if gone and _asked(pool)]


def _first_gone(gone: tuple[ServerFacts, ...]) -> tuple[ServerFacts, ...]:
    """Who had no requests all along: the others gave in later, to what was left for them."""
    longest = max((s.absent for s in gone), default=0.0)
    return tuple(s for s in gone if s.absent >= _ALL_ALONG * longest)


def _asked(pool: PoolFacts) -> bool:
    """Whether anybody asked for the pool at all."""
    return pool.during + pool.unserved >= _FEW


def _finding(facts: Facts, pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> Finding:
    reasons = [
        _absence(facts, pool, gone),
        _health(facts, pool, gone),
        *_harm(facts, pool, gone),
        *_renormalised(facts, pool, gone),
        *_told(facts, gone),
        *_configuration(pool, gone),
        *_alive(facts, gone),
        *_elsewhere(facts, pool),
        *_kept_back(facts, pool),
        *_by_a_new_key(facts, pool),
        *at_reload(NAME, facts, "timing"),
    ]
    named = pool.target == pool.pool
    target = pool.pool if named and len(gone) > 1 else gone[0].server
    names = ", ".join(s.server for s in gone)
    summary = f"{names} of pool {pool.pool} got no more requests though healthy"
    return Finding(NAME, COMPONENT, target, summary, tuple(reasons), pool.pool)


def _absence(facts: Facts, pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> Reason:
    names = ", ".join(s.server for s in gone)
    if facts.blind:
        share = sum(s.configured_share or 0.0 for s in gone)
        says = (
            f"{names}: configured, but no request for {min(s.absent for s in gone):.0%} of the"
            " window's requests"
        )
    else:
        share = sum(s.before.share for s in gone)
        says = (
            f"{names}: no request for {min(s.absent for s in gone):.0%} of the window's requests, "
            f"{share:.0%} of pool {pool.pool} before"
        )
    lost = _unplaced(facts)
    if lost:
        says += f"; {lost} bad requests that no log gives a server may be theirs"
    return reason(
        NAME, "servers without requests", "strata", 0.0 if lost else 3.0, says,
        effect=share, p_value=pool.p_value, query=shown("shares-per-minute", bucket="5"),
    )  # fmt: skip


def _unplaced(facts: Facts) -> int:
    """How many bad requests no log gives a server, where these do worse than those it does.

    Where the balancer names no servers, the applications' lines tell whose a request was. One that
    hangs or dies on its requests has no line of them, and seems to have got none.
    """
    named = facts.traffic.named
    placed = named[facts.traffic.first_server]
    bad, known = facts.during & facts.badness.bad, facts.during & placed
    if facts.names_servers or not known.any():
        return 0
    worse = facts.badness.bad[known].mean() < _SPARED * facts.badness.bad[facts.during].mean()
    return int((bad & ~placed).sum()) if worse else 0


def _elsewhere(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """Requests that are tried where nobody was known to be were sent astray, not kept away."""
    strange = [
        s for s in pool.servers
        if s.new
        and (
            s.server in facts.in_errors_only
            or s.during.unconnected >= _IN_VAIN * max(s.during.attempts, 1)
        )
    ]  # fmt: skip
    tried = sum(s.during.attempts for s in strange)
    if not tried:
        return []
    return [
        reason(
            NAME, "tried on other addresses in vain", "direct", -2.5,
            f"{tried} requests were tried on {', '.join(s.server for s in strange[:3])}, which no"
            " instance is known to have",
            query=shown("balancer-messages"),
        )
    ]  # fmt: skip


def _kept_back(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """A server that is asked when another is out is in rotation, as a backup."""
    held = stand_in(facts, pool)
    if held is None:
        return []
    return [
        reason(
            NAME, "asked while another was out", "absence", -3.0,
            f"{held.told}, as to backups",
            effect=held.part, query=shown("shares-per-minute", bucket="5"),
        )
    ]  # fmt: skip


def _by_a_new_key(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """A key that came to choose leaves those out whom it gives no clients."""
    held = facts.affinity(pool)
    if not held.came:
        return []
    return [
        reason(
            NAME, "a key came to choose the server", "affinity", -2.0,
            f"a {held.key} returns to the server that it had {held.during or 0.0:.0%} of the way"
            " from chance to always, which it did not before",
            effect=held.during, query=shown("affinity", facts.window),
        )
    ]  # fmt: skip


def _health(facts: Facts, pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> Reason:
    """Their last requests before the silence: a server that failed was ejected for that."""
    known = [s.bad_before_silence for s in gone if s.bad_before_silence is not None]
    worst = max(known, default=None)
    if worst is None:
        weight, says = 0.0, "the evidence has no request on them from before the silence"
    else:
        weight = 2.0 if worst <= 0.10 else -3.0 if worst >= _ILL else 0.0
        says = f"of the last requests on them before the silence {worst:.0%} went badly"
    return reason(
        NAME, "healthy when they went", "timing", weight, says, effect=worst,
        query=shown("failures-by-server", facts.window, pool=pool.pool),
    )  # fmt: skip


def _harm(facts: Facts, pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> list[Reason]:
    """The rest carries the load, and the harm."""
    rest = [s.server for s in pool.servers if s not in gone and s.during.requests]
    if not rest:
        return [
            reason(
                NAME, "nobody left", "magnitude", 2.5 if pool.unserved else 0.0,
                f"no server was left in pool {pool.pool}: {pool.unserved} requests found none",
                effect=float(pool.unserved), query=shown("failures-by-status", facts.window),
            )
        ]  # fmt: skip
    held = contrast(facts, pool, rest)
    rate = held.rate if held else max(s.during.bad_rate or 0.0 for s in pool.servers)
    # Where one of the rest alone does badly, it is that server and not the load.
    rates = [s.during.bad_rate or 0.0 for s in pool.servers if s.server in rest]
    shared = min(rates) > 0.2 * max(rates) if rates else False
    weight = 2.0 if rate > 0.02 and shared else -2.0
    return [
        reason(
            NAME, "the rest carries the load", "magnitude", weight,
            f"{rate:.1%} of the requests on {', '.join(rest)} went badly", effect=rate,
            query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(rest[0])),
        )
    ]  # fmt: skip


def _renormalised(facts: Facts, pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> list[Reason]:
    """Without the gone ones, the rest should share as before: the selection itself is unchanged."""
    rest = [s for s in pool.servers if s not in gone and s.before.requests]
    left, now = sum(s.before.share for s in rest), sum(s.during.share for s in rest)
    if len(rest) < 2 or not left or not now:
        return []
    apart = 0.5 * sum(abs(s.before.share / left - s.during.share / now) for s in rest)
    return [
        reason(
            NAME, "the rest shares as before", "configuration",
            1.5 if apart < _EXACTLY else 1.0 if apart < 0.1 else -1.5,
            f"among the remaining servers {apart:.1%} of the requests moved", effect=apart,
            query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _told(facts: Facts, gone: tuple[ServerFacts, ...]) -> list[Reason]:
    """The balancer's own words about a server: DOWN, disabled, drained, in maintenance."""
    names = {s.server for s in gone}
    found = [c for c in facts.changed("server-down", "drained", within=60.0) if c.target in names]
    if not found:
        return []
    drained = any(c.kind == "drained" for c in found)
    refused = any("Layer4" in c.message or "disabled while" in c.message for c in found)
    # A health check that answers 5xx says itself that its server is ill.
    ill = any(_OWN_ERROR.search(c.message) for c in found)
    weight = 2.5 if drained else -2.0 if refused or ill else 2.0
    return [
        reason(
            NAME, "the balancer took them out", "direct", weight, found[0].message,
            evidence=tuple(c.event_id for c in found[:3]), query=shown("balancer-messages"),
        )
    ]  # fmt: skip


def _configuration(pool: PoolFacts, gone: tuple[ServerFacts, ...]) -> list[Reason]:
    told = [s for s in gone if s.configured is not None]
    spare = [s for s in told if s.configured and s.configured.backup]
    down = [s for s in told if s.configured and (s.configured.down or not s.configured.share)]
    if pool.algorithm == "first":
        weight, says = -3.0, "the configuration has the first server take all that it can"
    elif spare:
        weight, says = -3.0, "the configuration makes them backups: the selection was changed"
    elif down:
        weight, says = 2.0, "the configuration marks them down"
    elif not told and gone:
        weight, says = 0.5, "no configuration in the evidence names them"
    else:
        return []
    return [reason(NAME, "configured so", "configuration", weight, says)]


def _alive(facts: Facts, gone: tuple[ServerFacts, ...]) -> list[Reason]:
    """An instance that still answers its health checks is well; one that stopped is not."""
    names = {s.server for s in gone}
    known = [i for i in facts.instances if i.name in names]
    if not known:
        return []
    living = [i for i in known if i.during > 0 and i.failed_during <= 0.2 * i.during]
    stopped = [c for c in facts.changed("stop") if c.target in names]
    ill = [i for i in known if i.during and i.failed_during > 0.2 * i.during]
    # Who isn't asked writes nothing: silence tells of a death only where no other is heard.
    silent = -1.0 if stopped or ill or not living else 0.0
    weight = 1.0 if len(living) == len(known) and not stopped else silent
    # Servers that fail what they are asked were taken out rightly.
    weight = -3.0 if len(ill) > 0.5 * len(known) else weight
    return [
        reason(
            NAME, "the instances went on", "strata", weight,
            f"{len(living)} of {len(known)} of these instances went on answering, "
            f"{len(stopped)} said that they stopped",
            query=shown("instances", facts.window),
        )
    ]  # fmt: skip
