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
