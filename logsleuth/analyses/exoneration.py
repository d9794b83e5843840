"""What would have shown if a component were guilty, and whether it could have been seen at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.comparison import evenness, hit_routes
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Check, Interval
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.proportions import newcombe
from logsleuth.stats.quantiles import quantile_ratio

if TYPE_CHECKING:
    from collections.abc import Collection

    from logsleuth.analyses.database import Words
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.traffic import Array

# Equivalent: a ratio inside this factor, or a rate within this many points of the baseline's.
MARGIN_RATIO: Final = 1.25
MARGIN_RATE: Final = 0.02
# Or this part of what went badly on the worst server: so much of the harm may be somebody else's.
MARGIN_PART: Final = 0.05
_LEAST: Final = 60
_GRAVE: Final = frozenset({"database-down", "no-connections"})
_UNREACHED: Final = ("database-unreachable", "no-connections")
# What turns requests away as too many may be waiting for something else.
_TOO_MANY: Final = 429
_QUIET: Final = 1.5
# Of the bad requests, so few are slow; and of what was served before, so much still is.
_FEW_SLOW: Final = 0.1
_STILL_SERVED: Final = 0.5


def negative_control(facts: Facts) -> Check | None:
    """Servers that share every common suspect and are well: the experiment nobody had to run.

    A shared database, release or client mix can't be the cause if those servers are as before, or
    nearly so beside the harm.
    Returns None where no server was spared or there is too little to tell.
    """
    held = evenness(facts)
    if held is None or held.alike:
        return None
    pool = next(p for p in facts.pools if p.pool == held.pool)
    spared = _spared(pool)
    others = _on(facts, [s.server for s in pool.servers if s not in spared])
    # Routes that went well on the others, too, are no test.
    mine = _on(facts, [s.server for s in spared]) & hit_routes(facts, facts.during & others)
    n, k = _count(facts, mine & facts.during)
    n0, k0 = _count(facts, mine & facts.before)
    if n < _LEAST or n0 < _LEAST:
        return None
    apart = newcombe(k, n, k0, n0, 0.90)
    worst = max((s.during.bad_rate or 0.0) for s in pool.servers)
    margin = max(MARGIN_RATE, MARGIN_PART * (worst - k0 / n0))
    as_before = apart.high <= margin
    everywhere = _slower_everywhere(facts) if as_before else None
    well = as_before and everywhere is None
    names = ", ".join(s.server for s in spared)
    return Check(
        name="servers that share it are well",
        outcome="against" if well else "neutral",
        family="strata",
        explanation=(
            f"{names} share it and {k} of their {n} requests in the window went badly, "
            f"{k0} of {n0} before"
            + (f"; but {everywhere} took longer on them as well" if everywhere else "")
        ),
        effect=k / n - k0 / n0,
        interval=Interval(apart.low, apart.high, 0.90),
        margin=Interval(-margin, margin, 0.90),
        query=shown("failures-by-server", facts.window),
    )


def _slower_everywhere(facts: Facts) -> str | None:
    """A route that takes longer on every instance spares none, however few it harms there."""
    slowed = facts.slowed_route
    return slowed.route if slowed is not None and slowed.somewhat else None


def _on(facts: Facts, servers: Collection[str]) -> Array:
    flags = np.zeros(len(facts.traffic), dtype=bool)
    for server in servers:
        flags |= facts.on(server)
    return flags


def _count(facts: Facts, chosen: Array) -> tuple[int, int]:
    return int(chosen.sum()), int(facts.badness.bad[chosen].sum())


def _spared(pool: PoolFacts) -> list[ServerFacts]:
    worst = max((s.during.bad_rate or 0.0) for s in pool.servers)
    return [
        s for s in pool.servers
        if s.during.requests >= 10 and (s.during.bad_rate or 0.0) <= 0.1 * worst
    ]  # fmt: skip


def statements_as_before(facts: Facts) -> Check | None:
    """Slow statements no more frequent in the window than before, by the database's own log."""
    database = facts.database
    if not database.timed or facts.seconds_before < 5.0:
        return None
    before = sum(s.calls_before for s in database.statements)
    during = sum(s.calls_during for s in database.statements)
    rate = poisson_ratio(during, facts.seconds_during, before, facts.seconds_before, 0.90)
    same = rate.interval.high <= 2.0 or during <= before * 1.1 + 1
    busy_before, busy_during = database.busy(facts.seconds_before, facts.seconds_during)
    same = same and busy_during <= 2.0 * busy_before + 0.05 and not facts.silence("database")
    return Check(
        name="slow statements as before",
        outcome="against" if same else "neutral",
        family="magnitude",
        explanation=(
            f"the database logged {during} slow statements in {facts.seconds_during:.0f} s of the"
            f" window and {before} in {facts.seconds_before:.0f} s before"
        ),
        effect=rate.ratio,
        p_value=rate.p_value,
        interval=Interval(rate.interval.low, rate.interval.high, 0.90),
        margin=Interval(0.5, 2.0, 0.90),
        query=shown("slowest-statements", facts.window),
    )


def no_direct_lines(facts: Facts) -> Check | None:
    """No line of the database's own that tells of a stop, a limit, or more locks than usual."""
    if not facts.database.events:
        return None
    loud, said = _loud(facts), facts.said(*_UNREACHED, role="application")
    count = sum(w.during for w in (*loud, *said))
    return Check(
        name="no line accuses it",
        outcome="for" if count else "neutral" if facts.silence("database") else "against",
        family="direct",
        explanation=(
            f"{count} lines tell of a stop, of refused connections or of unusual lock waits"
            if count
            else "no line of the window tells of a stop, refused connections or unusual lock waits"
        ),
        effect=float(count),
        query=shown("database-errors", facts.window),
        evidence=tuple(w.event for w in (*loud, *said) if w.event)[:3],
    )


def only_waits_told(facts: Facts) -> bool:
    """Whether all that is told of the database are waits, for locks or too long, by itself."""
    loud = _loud(facts)
    return not any(w.kind in _GRAVE for w in loud) and not facts.said(
        *_UNREACHED, "pool-exhausted", role="application"
    )


def _loud(facts: Facts) -> list[Words]:
    """What the database says of itself: a stop, a limit, or more waits than usual."""
    told = facts.said(*sorted(_GRAVE), "locks", "deadlocks", "statement-timeout", role="database")
    return [w for w in told if w.kind in _GRAVE or w.during > 3 + 3 * _expected(facts, w.before)]


def _expected(facts: Facts, before: int) -> float:
    return before * facts.seconds_during / max(facts.seconds_before, 1e-3)


def database_time_equal(facts: Facts) -> Check | None:
    """The database time that spared instances measured, against their own before.

    Only instances that are well are asked: on a hot one, waiting for a connection looks the same.
    """
    usable = [
        i for i in facts.instances
        if i.database_before_s and i.database_during_s is not None
        and i.failed_during <= 0.02 * max(i.during, 1) and min(i.before, i.during) >= _LEAST
    ]  # fmt: skip
    if not usable:
        return None
    ratios = [(i.database_during_s or 0.0) / (i.database_before_s or 1.0) for i in usable]
    within = max(ratios) <= MARGIN_RATIO
    return Check(
        name="database time as before",
        outcome="against" if within else "neutral",
        family="magnitude",
        explanation=(
            f"{', '.join(i.name for i in usable)} waited {max(ratios):.2f} times as long for the"
            " database as before (median)"
        ),
        effect=max(ratios),
        margin=Interval(1 / MARGIN_RATIO, MARGIN_RATIO, 0.90),
        query=shown("instances", facts.window),
    )


def served_as_before(facts: Facts, waited: Check | None) -> Check | None:
    """Every instance answered as well and as soon as before: what went badly never reached them.

    A database that is slow or gone shows in the answers of those who ask it. Slow requests may be
    of one route, which a median doesn't show; and of what hangs no application has a line.

    `waited` is the check of `database_time_equal`; None also where an instance doesn't tell that.
    """
    asked = [i for i in facts.instances if i.during >= _LEAST]
    told = all(i.database_before_s and i.database_during_s is not None for i in asked)
    if waited is None or waited.outcome != "against" or not asked or not told:
        return None
    bad = facts.during & facts.badness.bad
    slow = int((bad & facts.badness.slow).sum())
    before = sum(i.before for i in facts.instances) / max(facts.seconds_before, 1e-3)
    during = sum(i.during for i in facts.instances) / facts.window.bad_seconds
    if slow > _FEW_SLOW * bad.sum() or during < _STILL_SERVED * before:
        return None
    failed = [i.failed_during / i.during for i in asked]
    well = max(failed) <= MARGIN_RATE
    return Check(
        name="every instance serves as before",
        outcome="against" if well else "neutral",
        family="strata",
        explanation=(
            f"of what the {len(asked)} instances were asked in the window at most {max(failed):.1%}"
            " failed, and they waited for the database as before"
        ),
        effect=max(failed),
        margin=Interval(0.0, MARGIN_RATE, 0.90),
        query=shown("instances", facts.window),
    )


def refused_not_failed(facts: Facts) -> Check | None:
    """What went badly was refused as wrong, and at once: somebody was there and answered.

    A database that is slow lets requests wait, and one that is gone or full makes them fail; that
    a path, method or host is none of its own an application tells without it.
    """
    bad = facts.during & facts.badness.bad
    if int(bad.sum()) < _LEAST or not facts.traffic.timed:
        return None
    wrong = facts.badness.misplaced & ~facts.badness.slow & (facts.traffic.status != _TOO_MANY)
    refused = float(wrong[bad].mean())
    return Check(
        name="refused, not failed",
        outcome="against" if refused >= 1.0 - MARGIN_PART else "neutral",
        family="direct",
        explanation=f"{refused:.0%} of {int(bad.sum())} bad requests were refused as wrong",
        effect=refused,
        margin=Interval(1.0 - MARGIN_PART, 1.0),
        query=shown("failures-by-status", facts.window),
    )


def shares_as_before(facts: Facts) -> Check | None:
    """No pool's shares moved, no server came or went: the balancer chose as it always did."""
    usable = [p for p in facts.pools if p.moved is not None and p.during >= _LEAST]
    if not usable or facts.seconds_before < 5.0:
        return None
    most = max(p.moved or 0.0 for p in usable)
    came = [s.server for p in facts.pools for s in p.servers if s.new]
    gone = [s.server for p in facts.pools for s in p.gone()]
    still = most < 0.05 and not came and not gone
    return Check(
        name="shares as before",
        outcome="against" if still else "neutral",
        family="strata",
        explanation=(
            f"at most {most:.1%} of a pool's requests went to another server than before, "
            f"{len(came)} servers came and {len(gone)} went"
        ),
        effect=most,
        margin=Interval(0.0, 0.05, 0.95),
        query=shown("balancer-shares", facts.window),
    )


def balancer_undisturbed(facts: Facts) -> Check:
    """No reload or state change at the onset, no limit reached, no route in another pool.

    That none is told says nothing where no log in the evidence would tell.
    """
    (told,) = facts.case.row(sql("reloads_told"))
    low, high = facts.window.earliest - 5.0, facts.window.latest + 5.0
    kinds = {"reload", "drained", "server-down"}
    changes = [
        c for c in facts.changes
        if c.role == "balancer" and c.kind in kinds and low <= c.ts <= high
    ]  # fmt: skip
    limits = facts.said("balancer-limit", "no-live-upstreams", role="balancer")
    turned = int((facts.during & facts.traffic.turned_away).sum())
    known = {r for p in facts.pools for r, (before, _, _) in p.routes.items() if before >= 8}
    strayed = [
        route for p in facts.pools for route, (before, during, _) in p.routes.items()
        if during >= 8 and not before and route in known
    ]  # fmt: skip
    calm = not changes and not limits and not turned and not strayed
    return Check(
        name="nothing done at the balancer",
        outcome="against" if calm and told else "neutral",
        family="timing",
        explanation=(
            ("" if told else "no log of it would tell of a reload: ")
            + f"{len(changes)} reloads or state changes around the onset, {turned} requests turned"
            f" away at a limit, {len(strayed)} routes in another pool"
        ),
        evidence=tuple(c.event_id for c in changes[:3]),
        query=shown("balancer-messages"),
    )


def traffic_as_before(facts: Facts) -> Check | None:
    """As many requests as before, from as many clients: nobody asked for more than usual."""
    before = int(facts.before.sum())
    during = int(facts.during.sum())
    if before < _LEAST or during < _LEAST or facts.seconds_before < 5.0:
        return None
    rate = poisson_ratio(during, facts.window.bad_seconds, before, facts.seconds_before, 0.90)
    top_before, top_during = _top(facts, facts.before), _top(facts, facts.during)
    steady = rate.interval.high <= _QUIET and top_during <= max(2.0 * top_before, 0.10)
    return Check(
        name="traffic as before",
        outcome="against" if steady else "neutral",
        family="magnitude",
        explanation=(
            f"{rate.ratio:.2f} times as many requests a second as before; the busiest client made"
            f" {top_during:.1%} of them, {top_before:.1%} before"
        ),
        effect=rate.ratio,
        interval=Interval(rate.interval.low, rate.interval.high, 0.90),
        margin=Interval(0.0, _QUIET, 0.90),
        query=shown("requests-per-minute"),
    )


def _top(facts: Facts, period: Array) -> float:
    clients = facts.traffic.client[period]
    return float(np.bincount(clients).max() / len(clients)) if len(clients) else 0.0


def latency_equal(facts: Facts, servers: list[str]) -> Check | None:
    """The times of the given servers in the window against their own before, by equivalence."""
    flags = np.zeros(len(facts.traffic), dtype=bool)
    for server in servers:
        flags |= facts.on(server)
    before = facts.traffic.duration_s[flags & facts.before]
    during = facts.traffic.duration_s[flags & facts.during]
    before, during = before[~np.isnan(before)], during[~np.isnan(during)]
    if min(len(before), len(during)) < _LEAST:
        return None
    ratio = quantile_ratio(during, before, q=0.5)
    inside = ratio.interval.inside(1 / MARGIN_RATIO, MARGIN_RATIO)
    return Check(
        name="spared servers as fast as before",
        outcome="against" if inside else "neutral",
        family="magnitude",
        explanation=f"{', '.join(servers)} took {ratio.ratio:.2f} times as long as before (median)",
        effect=ratio.ratio,
        interval=Interval(ratio.interval.low, ratio.interval.high, 0.90),
        margin=Interval(1 / MARGIN_RATIO, MARGIN_RATIO, 0.90),
        query=shown("slowest-routes", facts.window),
    )


def spared_servers(facts: Facts) -> list[str]:
    """Servers of the worst hit pool that did well all along."""
    held = evenness(facts)
    if held is None or held.alike:
        return []
    pool = next(p for p in facts.pools if p.pool == held.pool)
    return [s.server for s in _spared(pool)]
