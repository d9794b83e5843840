"""Requests counted by time, server, route, outcome and latency: what a reader's filter adds up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.pools import pool_masks
from logsleuth.analyses.tallies import Extras
from logsleuth.model import Breakdown, Facet, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.traffic import Array, Traffic

OUTCOMES: Final = ("answered", "client error", "client left", "failed")
_FACETS: Final = 16
_ROUTES: Final = 12
_CELLS: Final = 30_000
_BINS: Final = 80
# Where so many requests say how long they took, the others hardly change what all took together.
_KNOWN: Final = 0.99
# Each band is 1.25 times the one before: a quantile is known to an eighth, from 1 ms to 70 s.
_BANDS: Final = tuple(round(0.001 * 1.25**step, 5) for step in range(51))


def count(
    traffic: Traffic,
    lost: Array,
    width: Callable[[Traffic, int], float],
    extras: Extras | None = None,
) -> Breakdown | None:
    """Count all requests; `lost` flags the failed ones, `width` chooses a bin's seconds."""
    if not len(traffic):
        return None
    facets, facet = _facets(traffic)
    routes, route = _routes(traffic)
    most = len(facets) * max(len(routes), len(_BANDS) + 1)
    bin_s = width(traffic, max(min(_BINS, _CELLS // most), 1))
    origin = float(np.floor(traffic.since / bin_s) * bin_s)
    bins = int((traffic.until - origin) / bin_s) + 1
    cell = ((traffic.started - origin) / bin_s).astype(np.int64) * len(facets) + facet
    known = ~np.isnan(traffic.duration_s)
    band = np.searchsorted(_BANDS, traffic.duration_s[known])

    def table(cells: Array, last: Array, size: int, of: Array | None = None) -> tuple[int, ...]:
        shape = bins * len(facets) * size
        found = np.bincount(cells * size + last, weights=of, minlength=shape)
        return tuple(np.rint(found).astype(np.int64).tolist())

    extra = extras or Extras()
    told = [(one, one.codes, len(one.names)) for one in extra.dimensions]
    return Breakdown(
        since=datetime.fromtimestamp(origin, UTC),
        bin_s=bin_s,
        bins=bins,
        facets=facets,
        routes=routes,
        outcomes=OUTCOMES,
        bands_s=_BANDS,
        requests=table(cell, route, len(routes)),
        failed=table(cell[lost], route[lost], len(routes)),
        answered=table(cell, _outcomes(traffic, lost), len(OUTCOMES)),
        latencies=table(cell[known], band, len(_BANDS) + 1),
        took_ms=()
        if known.mean() < _KNOWN
        else table(cell[known], route[known], len(routes), 1000 * traffic.duration_s[known]),
        sent_bytes=() if extra.sent is None else table(cell, route, len(routes), extra.sent),
        tallies=tuple(
            Tally(one.name, one.names, table(cell, code, size), table(cell[lost], code[lost], size))
            for one, code, size in told
        ),
    )


def _outcomes(traffic: Traffic, lost: Array) -> Array:
    chosen: Array = np.select([lost, traffic.aborted, traffic.refused], [3, 2, 1], 0)
    return chosen


def _facets(traffic: Traffic) -> tuple[tuple[Facet, ...], Array]:
    """Name the busiest servers of all pools, and say for each request which of them it went to."""
    sizes: list[tuple[int, str, str, int]] = []
    masks = dict(sorted(pool_masks(traffic), key=lambda pair: pair[0]))
    for pool, mask in masks.items():
        counts = np.bincount(traffic.first_server[mask], minlength=len(traffic.servers))
        named = [code for code in np.flatnonzero(counts).tolist() if traffic.servers[code]]
        sizes += [(-int(counts[code]), pool, traffic.servers[code], code) for code in named]
    kept = sorted(sizes)[: _FACETS - 1]
    facet = np.full(len(traffic), len(kept), dtype=np.int64)
    for pool, mask in masks.items():
        places = np.full(len(traffic.servers), len(kept), dtype=np.int64)
        for place, (_, whose, _, code) in enumerate(kept):
            if whose == pool:
                places[code] = place
        facet[mask] = places[traffic.first_server[mask]]
    names = [Facet(pool, server) for _, pool, server, _ in kept]
    rest = [Facet("", "")] if not kept or bool((facet == len(kept)).any()) else []
    return (*names, *rest), facet


def _routes(traffic: Traffic) -> tuple[tuple[str, ...], Array]:
    counts = np.bincount(traffic.route, minlength=len(traffic.routes))
    present = [code for code in np.flatnonzero(counts).tolist() if traffic.routes[code]]
    present.sort(key=lambda code: (-int(counts[code]), traffic.routes[code]))
    kept = present[: _ROUTES - 1]
    places = np.full(len(traffic.routes), len(kept), dtype=np.int64)
    places[kept] = np.arange(len(kept))
    route = places[traffic.route]
    rest = [""] if not kept or bool((route == len(kept)).any()) else []
    return (*(traffic.routes[code] for code in kept), *rest), route
