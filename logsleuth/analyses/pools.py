"""Shares of each pool's servers, before and in the window, and how well each server did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import unnamed
from logsleuth.analyses.loads import Load, Sides
from logsleuth.analyses.statements import sql
from logsleuth.stats import shares as share_tests
from logsleuth.stats.scan import multinomial_scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

# A server without a request counts as gone when it should have had this many: e^-12 is no chance.
_MISSED: Final = 12.0
_GONE: Final = 0.25
# Who selects so leaves nobody out.
_EVEN: Final = frozenset({"round-robin", "static-rr", "random", "least-conn"})
_BINS: Final = 30
# A moment later than this after the first bad request follows from it, unless it is the second of
# two; so much more likely than chance makes of a few hundred bins is a division.
_LATE_S: Final = 3.0
_SURELY: Final = 30.0
_APART: Final = 0.05
_LEAST: Final = 20
# Shares that moved less than this are not worth a moment of change.
_CHANGED: Final = 0.01
# Selection in turns scatters far less than chance; some of that is lost when servers fail.
_STRICT: Final = 0.3
# In a pool of more servers than this the change of one is lost among the others' chance.
_MANY: Final = 8
# Stamps of whole seconds put a request up to a second before the onset that it is behind.
_EDGE_S: Final = 1.0


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
    slow_start_s: float = 0.0


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
    """For each route: requests before (surely so), in the window, how many of these unanswered."""

    @property
    def target(self) -> str:
        """What to call it where it is to blame: its name, or a member where nothing names it."""
        members = [s.server for s in self.servers]
        unnamed = bool(members) and self.pool.startswith(members[0]) and self.pool != members[0]
        return members[0] if unnamed else self.pool

    def gone(self) -> tuple[ServerFacts, ...]:
        """Servers that had a share before and got nothing for a good part of the window."""
        return tuple(
            s for s in self.servers
            if s.absent >= _GONE
            and s.before.share * (self.during + self.unserved) * s.absent >= _MISSED
        )  # fmt: skip

    def idle(self) -> tuple[ServerFacts, ...]:
        """Servers that the configuration has, and not as backups, which no request was tried on.

        Or that got nothing for a good part of the window, unless a key or an order chooses.
        """
        return tuple(
            s for s in self.servers
            if s.configured and not s.configured.backup
            and (s.configured.share or s.configured.down)
            and (not s.during.attempts or self._left_out(s))
        )  # fmt: skip

    def _left_out(self, one: ServerFacts) -> bool:
        missed = (one.configured_share or 0.0) * (self.during + self.unserved) * one.absent
        return self.algorithm in _EVEN and one.absent >= _GONE and missed >= _MISSED


def configured(case: Case) -> tuple[Configured, ...]:
    """Every server that the configurations in the evidence name."""
    return tuple(Configured(*row) for row in case.rows(sql("configured")))


def lines_of(
    name: str, servers: Collection[str], intent: Sequence[Configured]
) -> dict[str, Configured]:
    """The configuration's lines of a pool by server; by the servers where it is named otherwise."""
    return {c.server: c for c in intent if c.pool == name} or {
        c.server: c for c in intent if c.server in servers
    }


def examine(
    case: Case, traffic: Traffic, badness: Badness, window: Window
) -> tuple[PoolFacts, ...]:
    """Describe every pool that got requests before or in the window, in order of name."""
    intent = configured(case)
    retries = case.arrays(sql("attempts"))
    found = [
        _pool(name, Sides(traffic, badness, window, retries, mask), intent)
        for name, mask in pool_masks(traffic)
    ]
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
    for members in unnamed.groups(traffic.first_server[mask], traffic.route[mask], traffic.servers):
        names = sorted(traffic.servers[c] for c in members)
        label = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield label, mask & np.isin(traffic.first_server, members)


def _pool(name: str, sides: Sides, intent: tuple[Configured, ...]) -> PoolFacts:
    traffic = sides.traffic
    lines = lines_of(name, traffic.servers, intent)
    seen = np.unique(traffic.first_server[sides.pool]).tolist()
    codes = {traffic.servers[c]: int(c) for c in seen if traffic.servers[c]}
    names = sorted(set(codes) | {server for server, c in lines.items() if c.pool == name})
    facts = tuple(_server(server, codes.get(server), sides, lines.get(server)) for server in names)
    phi = _phi(sides.before, traffic, list(codes.values()))
    moved, p_value = _moved(facts, phi)
    changed = moved is not None and moved >= _CHANGED
    return PoolFacts(
        pool=name,
        servers=facts,
        algorithm=next((c.algorithm for c in lines.values() if c.pool == name), None),
        before=sum(s.before.requests for s in facts),
        during=sum(s.during.requests for s in facts),
        moved=moved,
        p_value=p_value,
        phi=phi,
        changed_at=_changed(sides, list(codes.values())) if changed else None,
        unserved=int((sides.during & sides.nobody).sum()),
        routes=_routes(sides),
    )


def _server(name: str, code: int | None, sides: Sides, line: Configured | None) -> ServerFacts:
    size = len(sides.traffic)
    mine = sides.traffic.first_server == code if code is not None else np.zeros(size, dtype=bool)
    before, during = sides.loads(name, mine)
    silence = sides.silence(mine)
    return ServerFacts(
        server=name,
        before=before,
        during=during,
        configured_share=line.share if line else None,
        configured=line,
        absent=silence.absent,
        last_seen=silence.last_seen,
        bad_before_silence=silence.bad_before,
    )


def _phi(before: Array, traffic: Traffic, codes: list[int]) -> float:
    """How much the shares scatter by themselves, from the baseline; 1 is random selection."""
    started, server = traffic.started[before], traffic.first_server[before]
    if len(started) < 5 * _BINS or len(codes) < 2:
        return 1.0
    edges = np.linspace(started[0], started[-1] + 1e-6, _BINS + 1)
    counts = _counts(started, server, codes, edges)
    return float(max(share_tests.dispersion(counts[:, counts.sum(axis=0) > 0]), 0.05))


def _moved(servers: tuple[ServerFacts, ...], phi: float) -> tuple[float | None, float | None]:
    first = np.array([s.before.requests for s in servers])
    second = np.array([s.during.requests for s in servers])
    if len(servers) < 2 or first.sum() < _LEAST or second.sum() < _LEAST:
        return None, None
    test = share_tests.homogeneity(first, second, phi=max(phi, _STRICT))
    return test.total_variation, test.p_value


def _changed(sides: Sides, codes: list[int]) -> float | None:
    """The moment that best divides the shares in two, looked for up to the incident's end.

    An overloaded server that is ejected and returns divides them better than what came before; so
    of a late moment the time before it is looked at again, as long as that is divided as surely.
    """
    found = _divided(sides, codes, sides.window.stop)
    while found is not None and found.at > sides.window.latest + _LATE_S:
        earlier = _divided(sides, codes, found.at)
        if earlier is None or not earlier.sure or earlier.at >= found.at:
            break
        found = earlier
    return None if found is None else found.at


@dataclass(frozen=True, slots=True)
class _Division:
    at: float
    sure: bool


def _divided(sides: Sides, codes: list[int], until: float) -> _Division | None:
    traffic = sides.traffic
    chosen = sides.pool & (traffic.started < until)
    started, server = traffic.started[chosen], traffic.first_server[chosen]
    if len(started) < 3 * _LEAST:
        return None
    bins = min(300, len(started) // 12)
    edges = np.linspace(started[0], started[-1] + 1e-6, bins + 1)
    counts = _counts(started, server, codes, edges)
    if len(codes) > _MANY:
        counts = _collapsed(counts, started >= sides.window.onset, server, codes)
    found = multinomial_scan(counts)
    if found is None:
        return None
    apart = 0.5 * sum(abs(x - y) for x, y in zip(found.shares_in, found.shares_out, strict=True))
    # A stretch that lies before the onset is the time before the change.
    early = 0.5 * (edges[found.start] + edges[found.stop]) < sides.window.onset
    at = float(edges[found.stop if early else found.start])
    return _Division(at, apart >= _APART and found.llr >= _SURELY)


def _collapsed(counts: Array, later: Array, server: Array, codes: list[int]) -> Array:
    """Two columns, who got more than before and who less: dozens of columns hide one server."""
    first, second = (
        np.array([(server[side] == c).sum() for c in codes]) / max(int(side.sum()), 1)
        for side in (~later, later)
    )
    ratio = np.divide(second, first, out=np.full(len(codes), np.inf), where=first > 0)
    more = ratio >= max(1.2, 0.5 * float(ratio[np.isfinite(ratio)].max(initial=1.2)))
    return np.stack([counts[:, more].sum(axis=1), counts[:, ~more].sum(axis=1)], axis=1)


def _counts(started: Array, server: Array, codes: list[int], edges: Array) -> Array:
    return np.stack([np.histogram(started[server == c], edges)[0] for c in codes], axis=1)


def _routes(sides: Sides) -> dict[str, tuple[int, int, int]]:
    names, route = sides.traffic.routes, sides.traffic.route
    unanswered = sides.during & sides.badness.unanswered
    # The onset is an estimate: what came while it may have begun tells nothing of before.
    window, started = sides.window, sides.traffic.started
    doubtful = (started >= window.earliest - _EDGE_S) & (started < window.onset)
    old, new, bad = (
        np.bincount(route[flags], minlength=len(names))
        for flags in (sides.before & ~doubtful, sides.during, unanswered)
    )
    return {names[i]: (int(old[i]), int(new[i]), int(bad[i])) for i in np.flatnonzero(old + new)}
