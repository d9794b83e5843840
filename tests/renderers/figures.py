"""The figures' data of the synthetic story."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from logsleuth.model import (
    Breakdown,
    DatabaseLog,
    DatabaseWords,
    Facet,
    Gap,
    LaneBin,
    Series,
    ShareBin,
    StatementKind,
    Tally,
    TrafficBin,
)
from tests.renderers.scene import BEGIN, BIN_S, BINS, ENDED, ONSET, SERVERS, SLOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


def _wave(place: int, period: float, size: float) -> float:
    return size * math.sin(place / period) + size * 0.6 * math.sin(place * 2.399963)


def calm_traffic() -> Iterator[TrafficBin]:
    for place in range(BINS):
        ts = BEGIN + timedelta(seconds=BIN_S * place)
        requests = int(500 + _wave(place, 40, 22))
        yield TrafficBin(ts, requests, max(0, int(1.5 + _wave(place, 3, 1.2))), 0.08, 0.31)


def _hit(ts: datetime) -> float:
    """How much of the fault is in force: a ramp of half a minute after the onset."""
    if not ONSET <= ts < ENDED:
        return 0.0
    return min(1.0, 0.25 + (ts - ONSET).total_seconds() / 40)


def _traffic() -> Iterator[TrafficBin]:
    for place, calm in enumerate(calm_traffic()):
        hit = _hit(calm.ts)
        failed = calm.failed + int(hit * (62 + _wave(place, 9, 6)))
        slow = 0.31 + hit * (3.9 + _wave(place, 7, 0.3))
        yield TrafficBin(calm.ts, calm.requests, failed, 0.08 + 0.02 * hit, slow)


def _shares(traffic: tuple[TrafficBin, ...]) -> Iterator[ShareBin]:
    for place, bin_ in enumerate(traffic):
        skewed = ONSET <= bin_.ts < ENDED
        hot = (0.70 if skewed else 0.25) + _wave(place, 5, 0.006)
        for number, server in enumerate(SERVERS):
            share = hot if number == 0 else (1 - hot) / 3 + _wave(place + 31 * number, 6, 0.004)
            failed = bin_.failed if skewed and number == 0 else 0
            yield ShareBin(bin_.ts, "web", server, int(bin_.requests * share), failed)


def _lanes() -> Iterator[LaneBin]:
    for place in range(BINS):
        ts = BEGIN + timedelta(seconds=BIN_S * place)
        hit = _hit(ts)
        if hit:
            yield LaneBin(ts, "balancer", "errors", int(hit * (60 + _wave(place, 8, 7))))
            yield LaneBin(ts, "application", "errors", int(hit * (25 + _wave(place, 6, 5))))
        if place % 7 == 0:
            yield LaneBin(ts, "database", "slow statements", 2 + place % 5)
        if place in {107, 150, 193}:
            yield LaneBin(ts, "database", "errors", 1)
        if place % 60 == 30:
            yield LaneBin(ts, "client", "aborted", 3)


def _gaps() -> tuple[Gap, ...]:
    since = BEGIN + timedelta(minutes=30)
    return (
        Gap("evidence/db/postgresql.log", "database", since, since + timedelta(minutes=4), 41.0),
    )


ROUTES = ("GET /cart/{id}", "POST /orders")


def breakdown(shares: tuple[ShareBin, ...]) -> Breakdown:
    """The shares once more, two thirds of them for one route, with slow failures."""
    bins = len({bin_.ts for bin_ in shares})
    requests, failed, answered, latencies = [], [], [], []
    took, sent, clients, lost = [], [], [], []
    for bin_ in shares:
        first, good = bin_.requests * 2 // 3, bin_.requests - bin_.failed
        requests += [first, bin_.requests - first]
        failed += [bin_.failed, 0]
        answered += [good, 0, 0, bin_.failed]
        latencies += [good, 0, bin_.failed, 0]
        took += [100 * first, 200 * (bin_.requests - first)]
        sent += [5000 * first, 100 * (bin_.requests - first)]
        clients += [bin_.requests // 4, bin_.requests - bin_.requests // 4]
        lost += [0, bin_.failed]
    return Breakdown(
        since=BEGIN,
        bin_s=BIN_S,
        bins=bins,
        facets=tuple(Facet("web", server) for server in SERVERS),
        routes=ROUTES,
        outcomes=("answered", "client error", "client left", "failed"),
        bands_s=(0.1, 1.0, 4.0),
        requests=tuple(requests),
        failed=tuple(failed),
        answered=tuple(answered),
        latencies=tuple(latencies),
        took_ms=tuple(took),
        sent_bytes=tuple(sent),
        tallies=(
            Tally("client", ("192.0.2.7", ""), tuple(clients), tuple(lost)),
            Tally("user agent", ("curl", "Firefox"), tuple(clients), tuple(lost)),
        ),
    )


def database(bins: int) -> DatabaseLog:
    """A log that begins ten bins before the requests: a statement, a deadlock and the rest."""
    bins += 10
    often = tuple(2 if place > 10 else 1 for place in range(bins))
    return DatabaseLog(
        since=BEGIN - timedelta(seconds=10 * BIN_S),
        bin_s=BIN_S,
        bins=bins,
        statements=(
            StatementKind(
                "select * from carts where id = ?", often, tuple(150 * n for n in often), 4.5, SLOW,
                ("shop on orders",),
            ),
            StatementKind("", often, often, 0.1, None, ()),
        ),
        words=(
            DatabaseWords("deadlock detected", "error", tuple(n - 1 for n in often), SLOW),
            DatabaseWords("", None, often, None),
        ),
    )  # fmt: skip


def series() -> Series:
    traffic = tuple(_traffic())
    shares = tuple(_shares(traffic))
    counts = breakdown(shares)
    lanes = tuple(_lanes())
    return Series(BIN_S, traffic, shares, lanes, _gaps(), counts, database(counts.bins))
