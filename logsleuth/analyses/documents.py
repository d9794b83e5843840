"""Facts in the words of the document: the incident, the pools, and where cited events stand."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np

from logsleuth.analyses.intended import WRONG
from logsleuth.analyses.reference import Reference, reference
from logsleuth.analyses.series import moment
from logsleuth.analyses.statements import sql
from logsleuth.model import Incident, Pool, SelectionSeen, ServerShare

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.selection import Selection
    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case


def incident(facts: Facts) -> Incident:
    """The window with its figures beside those of the baseline."""
    window, traffic = facts.window, facts.traffic
    failed = facts.lost
    during, before = facts.whole, facts.before
    count = int(during.sum())
    return Incident(
        onset=moment(window.onset),
        onset_earliest=moment(window.earliest),
        onset_latest=moment(window.latest),
        ended=None if window.ended is None else moment(window.ended),
        measure=window.measure,
        requests=count,
        failed=int((failed & during).sum()),
        failure_rate=float(failed[during].mean()) if count else 0.0,
        baseline_failure_rate=float(failed[before].mean()) if before.any() else None,
        latency_p95_s=p95(traffic.duration_s[during]),
        baseline_latency_p95_s=p95(traffic.duration_s[before]),
    )


def p95(values: Array) -> float | None:
    """The 95th percentile of what is known, None of nothing."""
    known = values[~np.isnan(values)]
    return float(np.quantile(known, 0.95)) if len(known) else None


def pools(facts: Facts, skewed: Collection[str]) -> tuple[Pool, ...]:
    """Every pool's shares in the window; `skewed` names those that the verdict calls so."""
    return tuple(_pool(pool, facts, pool.pool in skewed) for pool in facts.pools if pool.during)


def _pool(pool: PoolFacts, facts: Facts, skewed: bool) -> Pool:
    meant = reference(facts, pool) or _too_few(pool)
    intended = facts.intended[pool.pool]
    eligible = {s.server: s.eligible for s in intended.servers}
    servers = tuple(
        _share(s, meant.shares[s.server], pool, eligible[s.server]) for s in pool.servers
    )
    changed = pool.changed_at if skewed and pool.changed_at is not None else facts.window.onset
    return Pool(
        pool=pool.pool,
        skewed=skewed,
        since=moment(changed),
        until=moment(min(facts.window.stop, facts.traffic.until)),
        expected_from=meant.basis,
        p_value=meant.p_value,
        effect=meant.moved,
        servers=servers,
        algorithm=pool.algorithm,
        selection=inferred(facts.selections[pool.pool]),
        disagrees=disagreeing(servers),
        configuration_line=intended.line,
    )


def inferred(found: Selection) -> SelectionSeen:
    """What the requests show of how servers were selected, in the words of the document."""
    return SelectionSeen(
        before=found.before.algorithm,
        during=found.during.algorithm,
        because=found.during.because,
        as_configured=found.as_configured,
        changed=found.changed,
    )


def disagreeing(servers: Sequence[ServerShare]) -> tuple[str, ...]:
    """From which of `configuration`, `baseline` and `peers` the observed shares depart."""
    configured = [
        s.configured_share if s.eligible_share is None else s.eligible_share for s in servers
    ]
    references: dict[str, list[float | None]] = {
        "configuration": configured,
        "baseline": [s.baseline_share for s in servers],
        "peers": [1.0 / len(servers)] * len(servers) if servers else [],
    }
    return tuple(
        name
        for name, shares in references.items()
        if any(share is not None for share in shares) and _apart(servers, shares) >= WRONG
    )


def _apart(servers: Sequence[ServerShare], shares: Sequence[float | None]) -> float:
    pairs = zip(servers, shares, strict=True)
    return 0.5 * sum(abs(s.observed_share - (share or 0.0)) for s, share in pairs)


def _too_few(pool: PoolFacts) -> Reference:
    """What stands beside a pool of one server, or of too few requests to judge."""
    part = 1.0 / max(len(pool.servers), 1)
    known = pool.before > 0
    shares = {s.server: s.before.share if known else part for s in pool.servers}
    moved = 0.5 * sum(abs(s.during.share - shares[s.server]) for s in pool.servers)
    return Reference(shares, "baseline" if known else "peers", moved, None)


def _share(
    server: ServerFacts, expected: float, pool: PoolFacts, eligible: float | None
) -> ServerShare:
    return ServerShare(
        server=server.server,
        requests=server.during.requests,
        expected_share=expected,
        observed_share=server.during.share,
        configured_share=server.configured_share,
        baseline_share=server.before.share if pool.before else None,
        eligible_share=eligible,
        failure_rate=server.during.failure_rate,
        latency_p95_s=server.during.p95_s,
    )


def places(case: Case, event_ids: Sequence[str]) -> dict[str, tuple[str, int, datetime | None]]:
    """Where each event stands: its file, its line and its time."""
    if not event_ids:
        return {}
    rows = case.rows(sql("places"), {"ids": list(event_ids)})
    return {
        event_id: (path, line, None if ts is None else ts.replace(tzinfo=UTC))
        for event_id, path, line, ts in rows
    }
