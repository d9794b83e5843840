"""Requests go to a wrong pool, a dead address or a wrong path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses import rewritten
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.ports import odd_port
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.routed import own_lines, rewrites
from logsleuth.analyses.shown import moment, shown
from logsleuth.analyses.unreachable import at_once, longest_run

if TYPE_CHECKING:
    from collections.abc import Collection

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.unreachable import Unreachable
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "misrouted"
LOOKALIKES: Final = ("bad-instance", "bad-route", "bad-release")

# A route belongs to the pool that served this much of it before.
_HOME: Final = 0.9
_FEW: Final = 8
_TOGETHER_S: Final = 1.0
# A handler fails some of what it is asked; what isn't there refuses all.
_ENTIRELY: Final = 0.95
_MOSTLY: Final = 0.5


def examine(facts: Facts) -> list[Finding]:
    """Look for routes in a new pool, addresses nobody had before, and paths nobody asked for."""
    found = [
        *(_moved_routes(facts, pool) for pool in facts.pools),
        *(_new_address(facts, pool, s) for pool in facts.pools for s in pool.servers if s.new),
        *(_dead_since_reload(facts, pool, s) for pool in facts.pools for s in pool.servers),
        *(_cut_off(facts, pool) for pool in facts.pools),
        *(_rewritten(facts, pool) for pool in facts.pools),
        *(_unknown_there(facts, pool) for pool in facts.pools),
    ]
    return [finding for finding in found if finding is not None]


def _finding(target: str, summary: str, reasons: list[Reason], pool: PoolFacts) -> Finding:
    return Finding(NAME, COMPONENT, target, summary, tuple(reasons), pool.pool)


# Routes in another pool than before.


def _moved_routes(facts: Facts, pool: PoolFacts) -> Finding | None:
    moved = {
        route: (during, bad)
        for route, (before, during, bad) in pool.routes.items()
        if during >= _FEW and before == 0 and _home(facts, pool, route)
    }
    count, bad = sum(d for d, _ in moved.values()), sum(b for _, b in moved.values())
    # What no server was ever chosen for was turned away, not sent to a wrong pool.
    if not count or not any(s.during.attempts for s in pool.servers):
        return None
    total = int((facts.during & facts.badness.unanswered).sum())
    part = bad / max(total, 1)
    routes = ", ".join(sorted(moved))
    reasons = [
        reason(
            NAME, "routes in another pool", "strata", 3.0,
            f"pool {pool.pool} got {count} requests for {routes}, which another pool served before",
            effect=float(count),
            query=shown("route-by-pool", moment=moment(facts.window.onset)),
            evidence=_examples(facts, set(moved)),
        ),
        reason(
            NAME, "and doesn't know them", "magnitude",
            2.5 if bad > 0.5 * count and part > 0.5 else -2.0,
            f"{bad} of them were not answered, {part:.0%} of all that went wrong",
            effect=part, query=shown("failures-by-route", facts.window),
        ),
        *at_reload(NAME, facts),
    ]  # fmt: skip
    summary = f"{routes} went to pool {pool.pool}, which doesn't serve them"
    return _finding(pool.target, summary, reasons, pool)


def _unknown_there(facts: Facts, pool: PoolFacts) -> Finding | None:
    """Without a time before it: a pool that refuses some routes wholly, and serves others wholly.

    So does a handler that is gone; but that goes with a release, and not with a reload.
    """
    if not facts.blind or len(facts.pools) < 2 or not any(s.during.attempts for s in pool.servers):
        return None
    asked = {r: (during, bad) for r, (_, during, bad) in pool.routes.items() if during >= _FEW}
    refused = {r: n for r, n in asked.items() if n[1] >= _ENTIRELY * n[0]}
    served = [r for r, (n, bad) in asked.items() if bad <= (1.0 - _ENTIRELY) * n]
    count, wrong = sum(b for _, b in refused.values()), facts.during & facts.badness.misplaced
    part = count / max(int(wrong.sum()), 1)
    if not refused or len(served) + len(refused) < len(asked) or not 0.8 <= part <= 1.0:
        return None
    elsewhere = {
        r for p in facts.pools if p is not pool for r, n in p.routes.items() if n[1] > n[2]
    }
    told = sorted(elsewhere & set(refused))
    routes = ", ".join(sorted(refused))
    reasons = [
        reason(
            NAME, "a pool refuses some routes wholly", "strata", 2.5,
            f"pool {pool.pool} refused {count} requests for {routes}, {part:.0%} of all that were"
            f" refused, and served {len(served)} other routes",
            effect=part, query=shown("failures-by-route", facts.window),
            evidence=_examples(facts, set(refused)),
        ),
        *([
            reason(
                NAME, "another pool serves them", "configuration", 1.5,
                f"{', '.join(told)} was served by another pool",
                query=shown("route-by-pool", moment=moment(facts.window.onset)),
            )
        ] if told else []),
        *_lines_of_their_own(facts, pool, refused),
        *at_reload(NAME, facts),
        *_deploys(facts),
    ]  # fmt: skip
    return _finding(pool.target, f"pool {pool.pool} doesn't serve {routes}", reasons, pool)


def _lines_of_their_own(facts: Facts, pool: PoolFacts, refused: Collection[str]) -> list[Reason]:
    """Who adds a line for a path that its pool refuses wholly has mistaken the pool."""
    lines = own_lines(facts, pool.pool, refused)
    if not lines or len(lines) < len(refused):
        return []
    return [
        reason(
            NAME, "sent there by lines of their own", "configuration", 1.5,
            f"the configuration sends them there by {', '.join(sorted({*lines.values()}))}",
        )
    ]  # fmt: skip


def _home(facts: Facts, pool: PoolFacts, route: str) -> bool:
    """Whether another pool served nearly all of this route before."""
    counts = {p.pool: p.routes.get(route, (0, 0, 0))[0] for p in facts.pools}
    total = sum(counts.values())
    best = max(counts, key=lambda name: (counts[name], name))
    return total >= _FEW and best != pool.pool and counts[best] >= _HOME * total


def _examples(facts: Facts, routes: set[str]) -> tuple[str, ...]:
    import numpy as np

    wanted = np.array([name in routes for name in facts.traffic.routes], dtype=bool)
    return facts.cite(facts.during & facts.badness.unanswered & wanted[facts.traffic.route])


# Addresses that nobody used before.


def _new_address(facts: Facts, pool: PoolFacts, server: ServerFacts) -> Finding | None:
    failed = server.during.attempts_failed / max(server.during.attempts, 1)
    misplaced = server.during.misplaced_rate or 0.0
    if facts.seconds_before < 5.0 or max(failed, misplaced) < 0.3 or server.during.attempts < _FEW:
        return None
    # An error log names no address that serves: only that nobody listens says something then.
    unsure = server.server in facts.in_errors_only
    refused = sum(w.during for w in facts.said("upstream-refused", role="balancer"))
    if unsure and refused < 0.8 * server.during.attempts:
        return None
    unconnected = max(server.during.unconnected, refused if unsure else 0)
    reasons = [
        reason(
            NAME, "an address nobody used before", "strata", 1.0 if unsure else 3.0,
            f"{server.server} got {server.during.attempts} attempts since the onset, none before",
            effect=float(server.during.attempts), query=shown("balancer-shares", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(server.server)),
        ),
        reason(
            NAME, "and doesn't serve", "magnitude", 2.5,
            f"{failed:.0%} of the attempts on it failed,"
            f" {min(unconnected, server.during.attempts)} found nobody listening",
            effect=failed, query=shown("failures-by-server", facts.window),
        ),
        *_a_spare(facts, pool, server),
        *at_reload(NAME, facts),
    ]  # fmt: skip
    summary = f"requests went to {server.server}, which nobody used before and which doesn't serve"
    return _finding(server.server, summary, reasons, pool)


def _a_spare(facts: Facts, pool: PoolFacts, server: ServerFacts) -> list[Reason]:
    """A backup is asked when the others have failed: what they failed of was there before it."""
    began, mine = facts.traffic.started, facts.on(server.server)
    first = float(began[mine].min()) if mine.any() else facts.window.onset
    others = facts.of_pool(pool) & ~mine & facts.during & (began < first)
    told = server.configured is not None and server.configured.backup
    ill = others.sum() >= _FEW and float(facts.badness.bad[others].mean()) >= _MOSTLY
    if not (told or ill):
        return []
    return [
        reason(
            NAME, "asked once the others had failed", "timing", -3.0,
            f"{server.server} was first asked {first - facts.window.onset:.1f} s after the onset,"
            f" until when {int(facts.badness.bad[others].sum())} of {int(others.sum())} requests on"
            " the pool's other servers had gone badly"
            + ("; the configuration has it as a backup" if told else ""),
            effect=first - facts.window.onset, query=shown("balancer-shares", facts.window),
        )
    ]  # fmt: skip


def _dead_since_reload(facts: Facts, pool: PoolFacts, server: ServerFacts) -> Finding | None:
    """HAProxy logs names: a server whose address was changed keeps its name and answers nothing."""
    known = facts.blind or not server.new
    if not known or server.during.attempts < _FEW or not _dead(facts, server):
        return None
    reloads = at_reload(NAME, facts)
    told = [*reloads, *_odd_port(pool, server)]
    if not told:
        return None
    # Who stops for a release later on was well until then.
    soon = facts.window.latest + _TOGETHER_S
    stopped = [c for c in facts.changed("stop") if c.target == server.server and c.ts <= soon]
    reasons = [
        reason(
            NAME, "nobody listens where it is sent", "strata", 2.5,
            f"{server.during.unconnected} of {server.during.attempts} attempts on {server.server}"
            " found nobody listening",
            effect=server.during.unconnected / max(server.during.attempts, 1),
            query=shown("failures-by-server", facts.window),
            evidence=facts.cite(facts.during & facts.badness.bad & facts.on(server.server)),
        ),
        reason(
            NAME, "the instance itself did not stop", "magnitude", -2.0 if stopped else 1.0,
            f"{len(stopped)} lines say that {server.server} stopped",
        ),
        *told,
    ]  # fmt: skip
    address = f" ({server.configured.address})" if server.configured else ""
    since = "since a reload, " if any(r.weight > 0 for r in reloads) else ""
    summary = f"{since}requests for {server.server}{address} go where nobody listens"
    return _finding(server.server, summary, reasons, pool)


def _dead(facts: Facts, server: ServerFacts) -> bool:
    """Whether nobody listens; the window may begin before that, or end a while after it."""
    if server.during.unconnected >= 0.8 * server.during.attempts:
        return True
    run, unconnected = longest_run(facts, server.server)
    return run >= max(_FEW, 0.8 * unconnected)


def _odd_port(pool: PoolFacts, server: ServerFacts) -> list[Reason]:
    odd = odd_port(pool, server)
    return [reason(NAME, "a port unlike its equals", "configuration", 2.5, odd)] if odd else []


def _cut_off(facts: Facts, pool: PoolFacts) -> Finding | None:
    """Instances don't die together, to the second; what all of their addresses share can change."""
    held = at_once(facts, pool)
    if held is None:
        return None
    bad = facts.during & facts.badness.failed & facts.of_pool(pool)
    together = held.apart_s <= _TOGETHER_S and (held.back_s is None or held.back_s <= _TOGETHER_S)
    back = "" if held.back_s is None else f", and were back within {held.back_s:.1f} s"
    reasons = [
        reason(
            NAME, "nobody listens where they are sent", "strata", 2.5,
            f"{held.attempts} attempts on all {held.servers} servers of pool {pool.pool} found"
            " nobody listening",
            effect=float(held.attempts), query=shown("failures-by-server", facts.window),
            evidence=facts.cite(bad),
        ),
        reason(
            NAME, "all from one moment to the next", "timing", 2.0 if together else -2.0,
            f"they were lost within {held.apart_s:.1f} s of each other{back}",
            effect=held.apart_s, query=shown("failures-by-server", facts.window),
        ),
        *_nobody_stopped(facts, held),
        *at_reload(NAME, facts),
    ]  # fmt: skip
    summary = f"all servers of pool {pool.pool} are sought where nobody listens, at one moment"
    return _finding(pool.target, summary, reasons, pool)


def _nobody_stopped(facts: Facts, held: Unreachable) -> list[Reason]:
    if not any(i.before for i in facts.instances):
        return []
    says = "stopped or started" if held.told else "neither stopped nor started"
    return [
        reason(
            NAME, "the instances did not stop", "magnitude", -2.5 if held.told else 1.5,
            f"by what the applications say around that time they {says}", query=shown("releases"),
        )
    ]  # fmt: skip


# Paths that the balancer rewrites wrongly.


def _rewritten(facts: Facts, pool: PoolFacts) -> Finding | None:
    rates = [s.during.misplaced_rate or 0.0 for s in pool.servers if s.during.requests >= _FEW]
    hit = {
        route: bad / during
        for route, (before, during, bad) in pool.routes.items()
        if during >= _FEW and (before >= _FEW or facts.blind)
    }
    spoilt = [route for route, rate in hit.items() if rate > 0.5]
    if not rates or min(rates) < 0.1 or not spoilt:
        return None
    whole = len(spoilt) / max(len(hit), 1)
    entirely = min(hit[route] for route in spoilt) > _ENTIRELY
    reasons = [
        reason(
            NAME, "refused on every server alike", "strata", 1.5,
            f"between {min(rates):.0%} and {max(rates):.0%} of the requests were refused on each"
            f" server of pool {pool.pool}: {', '.join(sorted(spoilt))}",
            effect=min(rates), query=shown("failures-by-route", facts.window),
            evidence=_examples(facts, set(spoilt)),
        ),
        reason(
            NAME, "whole groups of routes at once", "magnitude",
            1.5 if whole > 0.6 or entirely else 0.5,
            f"{len(spoilt)} of {len(hit)} routes are refused", effect=whole,
            query=shown("failures-by-route", facts.window),
        ),
        *_other_paths(facts),
        *(_rewriting_lines(facts, pool) if facts.blind else []),
        *at_reload(NAME, facts),
        *_deploys(facts),
    ]  # fmt: skip
    usual = "though it is asked for them" if facts.blind else "which it served before"
    summary = f"pool {pool.pool} refuses {', '.join(sorted(spoilt))}, {usual}"
    return _finding(pool.target, summary, reasons, pool)


def _rewriting_lines(facts: Facts, pool: PoolFacts) -> list[Reason]:
    """What the configuration rewrites may be meant so; where all of it is refused, it isn't."""
    told = rewrites(facts, pool.pool)
    if not told:
        return []
    return [
        reason(
            NAME, "the configuration rewrites them", "configuration", 1.5,
            f"paths are rewritten on their way to pool {pool.pool}: {', '.join(told[:3])}",
        )
    ]  # fmt: skip


def _other_paths(facts: Facts) -> list[Reason]:
    """The application is asked for paths that no client asked the balancer for."""
    if not facts.served_routes:
        return []
    odd = rewritten.paths(facts)
    return [
        reason(
            NAME, "the application gets other paths", "configuration", 3.0 if odd else -1.5,
            f"applications were asked for {len(odd)} routes that no client asked the balancer for"
            + (f": {', '.join(r.route for r in odd[:3])}" if odd else ""),
            effect=float(sum(r.during for r in odd)),
            evidence=tuple(r.event for r in odd[:3] if r.event),
        )
    ]  # fmt: skip


def _deploys(facts: Facts) -> list[Reason]:
    starts = [c for c in facts.changed("deploy", "start") if c.ts <= facts.window.latest + 2.0]
    if not starts:
        return []
    return [
        reason(
            NAME, "a release at the onset", "timing", -1.0,
            f"instances started at the onset: {starts[0].message}",
            evidence=(starts[0].event_id,),
        )
    ]  # fmt: skip
