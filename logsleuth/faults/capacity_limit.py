"""A connection, queue or rate limit in the balancer turns requests away while servers have room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.patience import in_queue
from logsleuth.analyses.shown import shown
from logsleuth.analyses.unlogged import as_quick_inside, never_reached

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "capacity-limit"
LOOKALIKES: Final = ("traffic-surge", "skewed-selection")

_FEW: Final = 20
_FAILED: Final = 0.02
# So many as are turned away now, compared with those who waited as long before.
_HARMLESS: Final = 0.3


def examine(facts: Facts) -> list[Finding]:
    """Look for requests that the balancer itself turned away or kept waiting."""
    reasons = [*_turned_away(facts), *_queued(facts)]
    if not reasons:
        return []
    reasons += [
        *(_served_well(facts) if facts.blind else [*_servers_idle(facts), *_traffic(facts)]),
        *_impatient(facts),
    ]
    target = _target(facts)
    kept = target or "servers that its log doesn't name"
    summary = f"a limit of the balancer keeps requests from {kept}, which have room"
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _target(facts: Facts) -> str | None:
    """The pool with most requests turned away or waiting."""
    traffic = facts.traffic
    hit = facts.during & (traffic.turned_away | (np.nan_to_num(traffic.queue_s) > 0.005))
    hit = hit if hit.any() else facts.during & facts.badness.bad
    served = [
        p for p in facts.pools if any(s.before.attempts or s.during.attempts for s in p.servers)
    ]
    if not served:
        return facts.pools[0].pool if facts.pools else None
    counts = np.bincount(traffic.pool[hit], minlength=len(traffic.pools))
    by_name = dict(zip(traffic.pools, counts.tolist(), strict=True))
    worst = max(served, key=lambda p: (by_name.get(p.pool, 0), p.before, p.pool))
    return worst.target


def _turned_away(facts: Facts) -> list[Reason]:
    traffic = facts.traffic
    served = traffic.named[traffic.server]
    # nginx answers 503 or 429 without an upstream where limit_req or limit_conn says so; HAProxy's
    # SC without a server is a pool that is down.
    limits = (429, 502, 503) if _no_attempt_failed(facts) else (429, 503)
    own = facts.during & ~served & ~traffic.unconnected & np.isin(traffic.status, limits)
    # That no server is named says nothing where the balancer's log never names one.
    own &= facts.names_servers or never_reached(facts, own)
    turned = facts.during & traffic.turned_away | own
    words = facts.said("balancer-limit", role="balancer")
    count, bad = int(turned.sum()), int((facts.during & facts.badness.bad).sum())
    said = sum(w.during for w in words)
    if not count and not said:
        return []
    part = max(count, said) / max(bad, 1)
    failed = int((facts.during & facts.badness.unanswered).sum())
    # Who waits for room and gets it is slow; of a limit tells who failed, if they are some.
    much = part > 0.2 or (part > 0.05 and count > 0.8 * failed)
    # That no application has a line of them is less than that the balancer says so.
    weight = 0.5 if not much else 3.0 if facts.names_servers or said else 2.0
    return [
        reason(
            NAME, "the balancer turned requests away", "direct", weight,
            f"{count} requests were turned away by the balancer itself, {said} of its lines tell of"
            f" a limit, {bad} requests went badly"
            + (f": {words[0].message}" if words else ""),
            effect=part, query=shown("queue-times", facts.window),
            evidence=facts.cite(turned) or tuple(w.event for w in words[:2] if w.event),
        )
    ]  # fmt: skip


def _no_attempt_failed(facts: Facts) -> bool:
    """Whether servers that are tried serve, so that where none is left none had room (max_conns).

    nginx leaves out servers that failed and those with all the connections they may have, and
    where none is left answers 502, "no live upstreams".

    Source: nginx, ngx_http_upstream_module, "max_conns".
    """
    servers = [s.during for p in facts.pools for s in p.servers]
    tried = sum(s.attempts for s in servers)
    return tried >= _FEW and sum(s.attempts_failed for s in servers) <= _FAILED * tried


def _impatient(facts: Facts) -> list[Reason]:
    """Who was served after as long a wait had no less room then: it is patience that went."""
    held = in_queue(facts)
    if held is None or held.longer_before <= _HARMLESS * held.rate:
        return []
    return [
        reason(
            NAME, "as long in the queue was harmless before", "magnitude", -3.0,
            f"{held.longer_before:.1%} of the requests before the onset waited longer than"
            f" {held.limit_s:.3f} s in the queue and were served",
            effect=held.longer_before, query=shown("queue-times"),
        )
    ]  # fmt: skip


def _queued(facts: Facts) -> list[Reason]:
    queue = facts.traffic.queue_s
    before, during = queue[facts.before], queue[facts.during]
    before, during = before[~np.isnan(before)], during[~np.isnan(during)]
    if len(before) < 20 or len(during) < 20:
        return []
    then, now = float(np.quantile(before, 0.9)), float(np.quantile(during, 0.9))
    if now < then + 0.02:
        return []
    return [
        reason(
            NAME, "requests wait in the balancer's queue", "magnitude", 2.0,
            f"a tenth of the requests waited {now:.3f} s in the balancer's queue, {then:.3f} s"
            " before",
            effect=now - then, query=shown("queue-times", facts.window),
        )
    ]  # fmt: skip


def _servers_idle(facts: Facts) -> list[Reason]:
    """The servers' own times are as before: they had room for more."""
    took, good = facts.traffic.header_s, ~facts.badness.unanswered
    before = took[facts.before & good]
    during = took[facts.during & good]
    before, during = before[~np.isnan(before)], during[~np.isnan(during)]
    if len(before) < 20 or len(during) < 20:
        inside = None if facts.names_servers else as_quick_inside(facts)
        if inside is None:
            return []
        ratio = inside
    else:
        ratio = float(np.median(during) / max(np.median(before), 1e-3))
    return [
        reason(
            NAME, "the servers answer as fast as before", "strata",
            2.0 if ratio < 1.5 else -3.0,
            f"the servers themselves took {ratio:.2f} times as long as before (median)",
            effect=ratio, query=shown("slowest-routes", facts.window),
        )
    ]  # fmt: skip


def _served_well(facts: Facts) -> list[Reason]:
    """Without a baseline: what gets through to a server is answered well."""
    named = facts.traffic.named
    reached = facts.during & named[facts.traffic.server] & ~facts.traffic.turned_away
    if reached.sum() < 20:
        return []
    rate = float(facts.badness.unanswered[reached].mean())
    return [
        reason(
            NAME, "what reaches a server is served", "strata", 2.0 if rate < 0.02 else -2.5,
            f"{rate:.1%} of {int(reached.sum())} requests that reached a server were not answered",
            effect=rate, query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip


def _traffic(facts: Facts) -> list[Reason]:
    """Much more traffic than before would reach any limit."""
    before = facts.before.sum() / max(facts.seconds_before, 1e-3)
    during = facts.during.sum() / facts.window.bad_seconds
    ratio = float(during / max(before, 1e-9))
    return [
        reason(
            NAME, "no more traffic than before", "timing", 1.0 if ratio < 1.3 else -1.5,
            f"{ratio:.2f} times as many requests a second as before", effect=ratio,
            query=shown("requests-per-minute"),
        )
    ]  # fmt: skip
