"""Shares of each pool's servers, before and in the window, and how well each server did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.analyses.statements import sql
from logsleuth.stats import shares as share_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

# A server without a request counts as gone when it should have had this many.
_MISSED: Final = 8.0
_GONE: Final = 0.25
_BINS: Final = 30
_NONE: Final[Mapping[str, float | None]] = {}


@dataclass(frozen=True, slots=True)
class Load:
    """What one server got and how it did in one period; rates are 0 to 1, None without requests."""

    requests: int
    share: float
    failure_rate: float | None
    bad_rate: float | None
    misplaced_rate: float | None
    median_s: float | None
    p95_s: float | None
    failed_median_s: float | None
    attempts: int
    """First attempts and retries alike."""
    attempts_failed: int
    unconnected: int
    """Attempts that found nobody listening: answered at once and without a status of their own."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server of a pool: before the onset, in the window, and as configured."""

    server: str
    before: Load
    during: Load
    configured_share: float | None
    configured: Configured | None
    absent: float
    """The part of the window's requests that came while this server got none, 0 to 1."""
    last_seen: float | None
    """Start of its last request before its longest silence in the window, seconds since 1970."""
    bad_before_silence: float | None
    """How many of its last requests before that silence went badly, 0 to 1."""

    @property
    def new(self) -> bool:
        """Seen in the window and never before it."""
        return self.before.attempts == 0 and self.during.attempts > 0


@dataclass(frozen=True, slots=True)
class Configured:
    """A server's line in the configuration."""

    pool: str
    server: str
    address: str
    algorithm: str
    affinity_key: str | None
    weight: int
    backup: bool
    down: bool
    share: float
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool: its servers, and how far its shares in the window are from those before."""

    pool: str
    servers: tuple[ServerFacts, ...]
    algorithm: str | None
    before: int
    during: int
    moved: float | None
    """Total variation between the shares before and in the window, None without a baseline."""
    p_value: float | None
    phi: float
    changed_at: float | None
    """When the shares changed, seconds since 1970."""
    unserved: int
    """Requests of the window that no server of the pool was chosen for."""
    routes: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """For each route: requests before, in the window, and how many of these were unanswered."""

    def gone(self) -> tuple[ServerFacts, ...]:
        """Servers that had a share before and got nothing for a good part of the window."""
        return tuple(
            s for s in self.servers
            if s.absent >= _GONE and s.before.share * self.during * s.absent >= _MISSED
        )  # fmt: skip

    def gained(self, by: float = 0.05) -> tuple[ServerFacts, ...]:
        """Servers whose share rose by at least `by`, the most first."""
        up = [s for s in self.servers if s.during.share - s.before.share >= by]
        return tuple(sorted(up, key=lambda s: s.before.share - s.during.share))


def configured(case: Case) -> tuple[Configured, ...]:
    """Every server that the configurations in the evidence name."""
    return tuple(
        Configured(pool, server, address, algorithm, key, weight, backup, down, share or 0.0, path, line)
        for pool, server, address, algorithm, key, weight, backup, down, share, path, line in case.rows(
            sql("configured")
        )
    )  # fmt: skip


def examine(
    case: Case, traffic: Traffic, badness: Badness, window: Window
) -> tuple[PoolFacts, ...]:
    """Describe every pool that got requests before or in the window, in order of name."""
    intent = configured(case)
    retries = case.arrays(sql("attempts"))
    found = []
    for name, mask in pool_masks(traffic):
        found.append(_pool(name, mask, traffic, badness, window, intent, retries))
    return tuple(sorted(found, key=lambda pool: pool.pool))


def pool_masks(traffic: Traffic) -> Iterator[tuple[str, Array]]:
    """Each pool with the flags of its requests; servers without a pool are grouped by routes."""
    for code, name in enumerate(traffic.pools):
        mask = traffic.pool == code
        if not mask.any():
            continue
        if name:
            yield name, mask
        else:
            yield from _grouped(traffic, mask)


def _grouped(traffic: Traffic, mask: Array) -> Iterator[tuple[str, Array]]:
    """Servers that serve the same routes are one pool, where no log or configuration names any."""
    codes = np.unique(traffic.first_server[mask])
    codes = np.array([c for c in codes if traffic.servers[c]])
    table = np.zeros((len(codes), len(traffic.routes)))
    index = {int(code): i for i, code in enumerate(codes)}
    for server, route in zip(traffic.first_server[mask], traffic.route[mask], strict=True):
        if int(server) in index:
            table[index[int(server)], route] += 1
    for group in _alike(table):
        members = codes[group]
        names = sorted(traffic.servers[c] for c in members)
        label = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield label, mask & np.isin(traffic.first_server, members)


def _alike(table: Array) -> list[list[int]]:
    """Rows whose mix of routes overlaps by half or more belong together."""
    mix = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    groups: list[list[int]] = []
    for row in range(len(mix)):
        home = next(
            (g for g in groups if np.minimum(mix[row], mix[g].mean(axis=0)).sum() >= 0.5), None
        )
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return groups


def _pool(
    name: str,
    mask: Array,
    traffic: Traffic,
    badness: Badness,
    window: Window,
    intent: tuple[Configured, ...],
    retries: Mapping[str, Any],
) -> PoolFacts:
    before = mask & (traffic.started < window.onset)
    during = mask & window.inside(traffic.started)
    lines = {c.server: c for c in intent if c.pool == name} or {
        c.server: c for c in intent if c.server in set(traffic.servers)
    }
    codes = [int(c) for c in np.unique(traffic.first_server[mask]) if traffic.servers[c]]
    known = {traffic.servers[c]: c for c in codes}
    names = sorted(set(known) | {s for s, c in lines.items() if c.pool == name})
    chosen = before & (traffic.first_server >= 0), during
    facts = tuple(
        _server(server, known.get(server), chosen[0], during, traffic, badness, lines, retries, window)
        for server in names
    )
    counts = [[s.before.requests for s in facts], [s.during.requests for s in facts]]
    phi = _phi(mask & (traffic.started < window.onset), traffic, codes)
    moved, p_value = _moved(counts, phi)
    return PoolFacts(
        pool=name,
        servers=facts,
        algorithm=next((c.algorithm for c in lines.values() if c.pool == name), None),
        before=sum(counts[0]),
        during=sum(counts[1]),
        moved=moved,
        p_value=p_value,
        phi=phi,
        changed_at=_changed(mask, traffic, codes, window) if moved and moved >= 0.02 else None,
        unserved=int((during & _nobody(traffic)).sum()),
        routes=_routes(before, during, traffic, badness),
    )


def _nobody(traffic: Traffic) -> Array:
    nameless = np.array([not name for name in traffic.servers], dtype=bool)
    return nameless[traffic.first_server]


def _server(
    name: str,
    code: int | None,
    before: Array,
    during: Array,
    traffic: Traffic,
    badness: Badness,
    lines: Mapping[str, Configured],
    retries: Mapping[str, Any],
    window: Window,
) -> ServerFacts:
    mine = traffic.first_server == code if code is not None else np.zeros(len(traffic), dtype=bool)
    line = lines.get(name)
    absent, last_seen, bad = _silence(mine, before, during, traffic, badness)
    tried = retries["server"] == name
    return ServerFacts(
        server=name,
        before=_load(mine, before, traffic, badness, retries, tried & (retries["started"] < window.onset)),
        during=_load(mine, during, traffic, badness, retries, tried & window.inside(retries["started"])),
        configured_share=line.share if line else None,
        configured=line,
        absent=absent,
        last_seen=last_seen,
        bad_before_silence=bad,
    )  # fmt: skip


def _silence(
    mine: Array, before: Array, during: Array, traffic: Traffic, badness: Badness
) -> tuple[float, float | None, float | None]:
    """The longest run of the pool's requests in the window that passed a server by.

    Measured in requests of the pool, not in seconds, for a pool may be quiet itself.
    """
    order = np.flatnonzero(during)
    own = np.flatnonzero(mine[order])
    total = len(order)
    if not total or not (mine & before).any():
        return 0.0, None, None
    edges = np.concatenate(([-1], own, [total]))
    longest = int(np.argmax(np.diff(edges)))
    gap = int(edges[longest + 1] - edges[longest] - 1)
    began = traffic.started[order[min(edges[longest] + 1, total - 1)]]
    last = np.flatnonzero(mine & (before | during) & (traffic.started < began))[-20:]
    if not len(last):
        return gap / total, None, None
    return gap / total, float(traffic.started[last[-1]]), float(badness.bad[last].mean())


def _load(
    mine: Array,
    period: Array,
    traffic: Traffic,
    badness: Badness,
    retries: Mapping[str, Any],
    tried: Array,
) -> Load:
    chosen = mine & period
    count = int(chosen.sum())
    total = int((period & ~_nobody(traffic)).sum())
    alone = chosen & ~traffic.retried
    status = retries["status"][tried]
    failed_alone = alone & traffic.failed
    refused = (status == 502) & (retries["response_s"][tried] < 0.05)
    dead = failed_alone & (traffic.unconnected | _at_once(traffic))
    return Load(
        requests=count,
        share=count / total if total else 0.0,
        failure_rate=_rate(badness.failed, chosen, count),
        bad_rate=_rate(badness.bad, chosen, count),
        misplaced_rate=_rate(badness.misplaced, chosen, count),
        median_s=_quantile(traffic.duration_s[chosen], 0.5),
        p95_s=_quantile(traffic.duration_s[chosen], 0.95),
        failed_median_s=_quantile(traffic.duration_s[chosen & badness.failed], 0.5),
        attempts=int(alone.sum()) + int(tried.sum()),
        attempts_failed=int(failed_alone.sum()) + int((status >= 500).sum()),
        unconnected=int(dead.sum()) + int((retries["unconnected"][tried] | refused).sum()),
    )


def _at_once(traffic: Traffic) -> Array:
    """A 502 within milliseconds: the connection was refused."""
    quick = np.nan_to_num(traffic.duration_s, nan=1.0) < 0.02
    return (traffic.status == 502) & quick


def _rate(flags: Array, chosen: Array, count: int) -> float | None:
    return float(flags[chosen].mean()) if count else None


def _quantile(values: Array, q: float) -> float | None:
    usable = values[~np.isnan(values)]
    return float(np.quantile(usable, q)) if len(usable) else None


def _phi(before: Array, traffic: Traffic, codes: list[int]) -> float:
    """How much the shares scatter by themselves, from the baseline; 1 is random selection."""
    started, server = traffic.started[before], traffic.first_server[before]
    if len(started) < 5 * _BINS or len(codes) < 2:
        return 1.0
    edges = np.linspace(started[0], started[-1] + 1e-6, _BINS + 1)
    counts = np.stack([np.histogram(started[server == c], edges)[0] for c in codes], axis=1)
    return float(max(share_tests.dispersion(counts[:, counts.sum(axis=0) > 0]), 0.05))


def _moved(counts: list[list[int]], phi: float) -> tuple[float | None, float | None]:
    first, second = np.array(counts[0]), np.array(counts[1])
    if len(first) < 2 or first.sum() < 20 or second.sum() < 20:
        return None, None
    test = share_tests.homogeneity(first, second, phi=max(phi, 1.0))
    return test.total_variation, test.p_value


def _changed(mask: Array, traffic: Traffic, codes: list[int], window: Window) -> float | None:
    """The moment that best divides the shares in two, looked for up to the incident's end."""
    from logsleuth.stats.scan import multinomial_scan

    chosen = mask & (traffic.started < window.stop)
    started, server = traffic.started[chosen], traffic.first_server[chosen]
    if len(started) < 60:
        return None
    bins = min(300, len(started) // 12)
    edges = np.linspace(started[0], started[-1] + 1e-6, bins + 1)
    counts = np.stack([np.histogram(started[server == c], edges)[0] for c in codes], axis=1)
    found = multinomial_scan(counts)
    return float(edges[found.start]) if found is not None else None


def _routes(
    before: Array, during: Array, traffic: Traffic, badness: Badness
) -> dict[str, tuple[int, int, int]]:
    size = len(traffic.routes)
    old = np.bincount(traffic.route[before], minlength=size)
    new = np.bincount(traffic.route[during], minlength=size)
    bad = np.bincount(traffic.route[during & badness.unanswered], minlength=size)
    return {
        traffic.routes[i]: (int(old[i]), int(new[i]), int(bad[i]))
        for i in np.flatnonzero(old + new)
    }
