"""The document's figures over time: bins of traffic, shares and events, and counts to filter by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - dataclass fields are read at run time by callers


@dataclass(frozen=True, slots=True)
class TrafficBin:
    """What the balancer answered in one bin of the time axis."""

    ts: datetime
    requests: int
    failed: int
    latency_p50_s: float | None
    latency_p95_s: float | None


@dataclass(frozen=True, slots=True)
class ShareBin:
    """How many first attempts a server of a pool got in one bin of the time axis."""

    ts: datetime
    pool: str
    server: str
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class LaneBin:
    """Events worth a look in one bin, per component: errors, slow statements, state changes."""

    ts: datetime
    component: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which a log says nothing though lines were to be expected."""

    path: str
    component: str
    since: datetime
    until: datetime
    expected: float
    """Lines that its own rate makes to be expected."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A server of a pool that requests can be filtered by; the rest of them has no name."""

    pool: str
    server: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests counted by one more thing: their status, client, user agent or referrer.

    The tables are flat as those of the breakdown: [bins, facets, values].
    """

    dimension: str
    values: tuple[str, ...]
    """The busiest of all the time or of the incident; of more, the last is the rest, nameless."""
    requests: tuple[int, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Requests counted by several things at once, so that a reader's selection can be added up.

    The tables are flat, in the order of their axes: bin i begins `i * bin_s` after `since`, then
    the facet, then the last axis. Bins, facets, routes and bands are at most a few dozen each, so
    that its size doesn't depend on that of the evidence.
    """

    since: datetime
    bin_s: float
    bins: int
    facets: tuple[Facet, ...]
    """Servers by their first attempts, the busiest first; of more, the last is the rest."""
    routes: tuple[str, ...]
    """The busiest first; where there are more, the last is the rest, the empty text."""
    outcomes: tuple[str, ...]
    bands_s: tuple[float, ...]
    """Upper bounds of the bands of latency in seconds, the last without one."""
    requests: tuple[int, ...]
    """[bins, facets, routes]"""
    failed: tuple[int, ...]
    """[bins, facets, routes]"""
    answered: tuple[int, ...]
    """[bins, facets, outcomes]"""
    latencies: tuple[int, ...]
    """[bins, facets, bands + 1]: of the requests whose time is known."""
    took_ms: tuple[int, ...] = ()
    """[bins, facets, routes]: what requests took together; empty where many don't say it."""
    sent_bytes: tuple[int, ...] = ()
    """[bins, facets, routes]: what was sent to clients; empty where no log says it."""
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementKind:
    """Statements that differ in their values only, and that the database logged with their time."""

    fingerprint: str
    """Empty for the rest of them."""
    calls: tuple[int, ...]
    """By bin, as the following."""
    took_ms: tuple[int, ...]
    longest_s: float
    longest: str | None
    """The event of the longest."""
    who: tuple[str, ...]
    """Users with their databases, where the log names them."""


@dataclass(frozen=True, slots=True)
class DatabaseWords:
    """Lines of a database's log that differ in their values only."""

    text: str
    """Empty for the rest of them."""
    level: str | None
    lines: tuple[int, ...]
    """By bin."""
    first: str | None
    """The event of the first, of the incident where it has one."""


@dataclass(frozen=True, slots=True)
class DatabaseLog:
    """What the logs of databases hold over time.

    The bins are the breakdown's, where there is one, and more as far as these logs reach beyond.
    """

    since: datetime
    bin_s: float
    bins: int
    statements: tuple[StatementKind, ...]
    """Those that took longest together first."""
    words: tuple[DatabaseWords, ...]
    """The gravest first, then the most frequent."""


@dataclass(frozen=True, slots=True)
class Series:
    """The figures' data, at most a few hundred bins whatever the size of the evidence."""

    bin_s: float
    traffic: tuple[TrafficBin, ...]
    shares: tuple[ShareBin, ...]
    lanes: tuple[LaneBin, ...]
    gaps: tuple[Gap, ...] = ()
    """In order of component, path and time."""
    breakdown: Breakdown | None = None
    """None where there are no requests."""
    database: DatabaseLog | None = None
    """None where no log of a database is in the evidence."""
