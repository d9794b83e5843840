"""Facts in the words of the document: the incident, the pools, and where cited events stand."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.pools import configured, pool_masks
from logsleuth.analyses.series import moment
from logsleuth.analyses.statements import sql
from logsleuth.model import Incident, Pool, ServerShare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from logsleuth.analyses.facts import Calm, Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case
    from logsleuth.model import ExpectedFrom

# A baseline of fewer requests than this tells nothing of shares.
_LEAST: Final = 20


def incident(facts: Facts) -> Incident:
    """The window with its figures beside those of the baseline."""
    window, traffic = facts.window, facts.traffic
    failed = facts.lost
    during, before = facts.during, facts.before
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
        latency_p95_s=_p95(traffic.duration_s[during]),
        baseline_latency_p95_s=_p95(traffic.duration_s[before]),
    )


def _p95(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, 0.95)) if len(known) else None


def pools(facts: Facts, skewed: Collection[str]) -> tuple[Pool, ...]:
    """Every pool's shares in the window; `skewed` names those that the verdict calls so."""
    return tuple(_pool(pool, facts, pool.pool in skewed) for pool in facts.pools if pool.during)


def _pool(pool: PoolFacts, facts: Facts, skewed: bool) -> Pool:
    basis: ExpectedFrom = (
        "baseline" if pool.before >= _LEAST
        else "configuration" if any(s.configured_share for s in pool.servers)
        else "peers"
    )  # fmt: skip
    changed = pool.changed_at if skewed and pool.changed_at is not None else facts.window.onset
    return Pool(
        pool=pool.pool,
        skewed=skewed,
        since=moment(changed),
        until=moment(min(facts.window.stop, facts.traffic.until)),
        expected_from=basis,
        p_value=pool.p_value,
        effect=_moved(pool, basis),
        servers=tuple(_share(s, basis, pool) for s in pool.servers),
        algorithm=pool.algorithm,
    )


def _expected(server: ServerFacts, basis: ExpectedFrom, pool: PoolFacts) -> float:
    if basis == "baseline":
        return server.before.share
    if basis == "configuration":
        return server.configured_share or 0.0
    return 1.0 / len(pool.servers)


def _moved(pool: PoolFacts, basis: ExpectedFrom) -> float:
    return 0.5 * sum(abs(s.during.share - _expected(s, basis, pool)) for s in pool.servers)


def _share(server: ServerFacts, basis: ExpectedFrom, pool: PoolFacts) -> ServerShare:
    return ServerShare(
        server=server.server,
        requests=server.during.requests,
        expected_share=_expected(server, basis, pool),
        observed_share=server.during.share,
        configured_share=server.configured_share,
        baseline_share=server.before.share if pool.before else None,
        failure_rate=server.during.failure_rate,
        latency_p95_s=server.during.p95_s,
    )


def calm_pools(case: Case, calm: Calm) -> tuple[Pool, ...]:
    """The shares of the whole evidence where nothing happened in it."""
    intent = {c.server: c.share for c in configured(case)}
    return tuple(
        sorted(
            (_calm_pool(name, mask, calm, intent) for name, mask in pool_masks(calm.traffic)),
            key=lambda pool: pool.pool,
        )
    )


def _calm_pool(name: str, mask: Array, calm: Calm, intent: dict[str, float]) -> Pool:
    traffic = calm.traffic
    servers = tuple(_calm_shares(mask, calm, intent))
    started = traffic.started[mask]
    known = all(s.configured_share is not None for s in servers)
    effect = (
        0.5 * sum(abs(s.observed_share - (s.expected_share or 0.0)) for s in servers)
        if servers else 0.0
    )  # fmt: skip
    return Pool(
        pool=name,
        skewed=False,
        since=moment(float(started[0])),
        until=moment(float(started[-1])),
        expected_from="configuration" if known else "baseline",
        p_value=None,
        effect=effect,
        servers=servers,
    )


def _calm_shares(mask: Array, calm: Calm, intent: dict[str, float]) -> Iterator[ServerShare]:
    """The first half of the evidence is the baseline of the whole, where no incident parts it."""
    traffic = calm.traffic
    named = np.array([bool(name) for name in traffic.servers], dtype=bool)[traffic.first_server]
    chosen = np.flatnonzero(mask & named)
    half = chosen[: len(chosen) // 2]
    codes = np.unique(traffic.first_server[chosen])
    names = [traffic.servers[c] for c in codes]
    known = all(name in intent for name in names)
    for code, name in sorted(zip(codes.tolist(), names, strict=True), key=lambda pair: pair[1]):
        mine = chosen[traffic.first_server[chosen] == code]
        first = float((traffic.first_server[half] == code).mean()) if len(half) else None
        yield ServerShare(
            server=name,
            requests=len(mine),
            expected_share=intent[name] if known else first,
            observed_share=len(mine) / len(chosen),
            configured_share=intent.get(name),
            baseline_share=first,
            failure_rate=float(calm.badness.failed[mine].mean()),
            latency_p95_s=_p95(traffic.duration_s[mine]),
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
