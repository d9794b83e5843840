"""What a selection of the requests holds: sums over time, servers and routes, as tables."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from logsleuth.model import Breakdown, Investigation, Tally

REST: Final = "all others"
UNNAMED: Final = "no server is named"


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a dimension, and the requests of the selection that have it."""

    name: str
    requests: int
    share: float | None
    failing: float | None
    p95_s: float | None = None
    mean_s: float | None = None
    sent: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The requests between two times, whole bins only."""

    since: datetime
    until: datetime
    facets: tuple[Row, ...]
    routes: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    tallies: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    """By status, client, user agent, referrer: as far as the logs have them."""


def chosen(investigation: Investigation) -> Chosen | None:
    """Add up the requests of the incident's window, or all where there was none."""
    whole = investigation.series.breakdown
    if whole is None:
        return None
    first, last = reach(whole, investigation)
    since = utc(whole.since)
    step = timedelta(seconds=whole.bin_s)
    return Chosen(
        since + first * step, since + last * step,
        tuple(_facets(whole, first, last)), tuple(_routes(whole, first, last)),
        tuple(_outcomes(whole, first, last)),
        tuple((one.dimension, tuple(_tally(whole, one, first, last))) for one in whole.tallies),
    )  # fmt: skip


def reach(whole: Breakdown, investigation: Investigation) -> tuple[int, int]:
    """Return the bins of the incident, the first and the one after the last, or all."""
    incident = investigation.incident
    if incident is None:
        return 0, whole.bins
    since = utc(whole.since)
    first = int((utc(incident.onset) - since).total_seconds() // whole.bin_s)
    ended = incident.ended
    last = whole.bins if ended is None else _bin_after(utc(ended), since, whole.bin_s)
    first = min(max(first, 0), whole.bins - 1)
    return first, min(max(last, first + 1), whole.bins)


def _bin_after(ts: datetime, since: datetime, bin_s: float) -> int:
    return -int(-((ts - since).total_seconds()) // bin_s)


def _facets(whole: Breakdown, first: int, last: int) -> Iterable[Row]:
    names = [facet_name(whole, place) for place in range(len(whole.facets))]
    bands = len(whole.bands_s) + 1
    for place, name in enumerate(names):
        requests = _sum(whole.requests, whole, len(whole.routes), first, last, facet=place)
        failed = _sum(whole.failed, whole, len(whole.routes), first, last, facet=place)
        found = [
            _sum(whole.latencies, whole, bands, first, last, facet=place, value=band)
            for band in range(bands)
        ]
        sent = _sent(whole, first, last, facet=place)
        row = _row(name, requests, failed, _all(whole, first, last))
        yield replace(row, p95_s=quantile(whole, found, 0.95), sent=sent)


def _routes(whole: Breakdown, first: int, last: int) -> Iterable[Row]:
    size = len(whole.routes)
    for place, name in enumerate(whole.routes):
        requests = _sum(whole.requests, whole, size, first, last, value=place)
        failed = _sum(whole.failed, whole, size, first, last, value=place)
        took = _sum(whole.took_ms, whole, size, first, last, value=place) if whole.took_ms else None
        mean_s = None if took is None or not requests else took / requests / 1000
        sent = _sent(whole, first, last, value=place)
        row = _row(name or REST, requests, failed, _all(whole, first, last))
        yield replace(row, mean_s=mean_s, sent=sent)


def _tally(whole: Breakdown, one: Tally, first: int, last: int) -> Iterable[Row]:
    size = len(one.values)
    for place, name in enumerate(one.values):
        requests = _sum(one.requests, whole, size, first, last, value=place)
        failed = _sum(one.failed, whole, size, first, last, value=place)
        yield _row(name or REST, requests, failed, _all(whole, first, last))


def _sent(
    whole: Breakdown, first: int, last: int, *, facet: int | None = None, value: int | None = None
) -> int | None:
    if not whole.sent_bytes:
        return None
    size = len(whole.routes)
    return _sum(whole.sent_bytes, whole, size, first, last, facet=facet, value=value)


def _outcomes(whole: Breakdown, first: int, last: int) -> Iterable[Row]:
    size = len(whole.outcomes)
    for place, name in enumerate(whole.outcomes):
        requests = _sum(whole.answered, whole, size, first, last, value=place)
        yield _row(name, requests, None, _all(whole, first, last))


def facet_name(whole: Breakdown, place: int) -> str:
    """Name a server; with its pool where another pool has one of the same name."""
    facet = whole.facets[place]
    if not facet.server:
        return REST if len(whole.facets) > 1 else UNNAMED
    alike = sum(other.server == facet.server for other in whole.facets)
    return facet.server if alike == 1 else f"{facet.server} ({facet.pool})"


def _all(whole: Breakdown, first: int, last: int) -> int:
    return _sum(whole.requests, whole, len(whole.routes), first, last)


def _sum(
    table: Sequence[int],
    whole: Breakdown,
    size: int,
    first: int,
    last: int,
    *,
    facet: int | None = None,
    value: int | None = None,
) -> int:
    """Add up a table over bins; `facet` and `value` choose a place on its other axes."""
    facets = len(whole.facets)
    chosen_facets = range(facets) if facet is None else (facet,)
    total = 0
    for bin_ in range(first, last):
        for one in chosen_facets:
            begin = (bin_ * facets + one) * size
            cells = table[begin : begin + size]
            total += sum(cells) if value is None else cells[value]
    return total


def _row(name: str, requests: int, failed: int | None, total: int) -> Row:
    failing = failed / requests if failed is not None and requests else None
    return Row(name, requests, requests / total if total else None, failing)


def quantile(whole: Breakdown, counts: Sequence[int], part: float) -> float | None:
    """Return the middle of the band of latency that a quantile lies in, in seconds.

    None where nothing was timed, and in the last band, which has no upper bound.
    """
    wanted, seen = part * sum(counts), 0
    for place, number in enumerate(counts):
        seen += number
        if number and seen >= wanted:
            if place >= len(whole.bands_s):
                return None
            low = whole.bands_s[max(place - 1, 0)]
            return math.sqrt(low * whole.bands_s[place])
    return None
