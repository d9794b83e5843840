"""The data of the figures: a few hundred bins, whatever the size of the evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import breakdown, database_log, gaps, tallies
from logsleuth.analyses.pools import pool_masks
from logsleuth.analyses.statements import sql
from logsleuth.model import LaneBin, Series, ShareBin, TrafficBin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

_BINS: Final = 240
_SHARE_BINS: Final = 80
# Widths that people can read off an axis, in seconds; below one, whole-second stamps would show.
_WIDTHS: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400,
)  # fmt: skip


def build(case: Case, traffic: Traffic, lost: Array, during: Array | None = None) -> Series:
    """Bin the traffic, each pool's shares, and the lines worth a look.

    `lost` flags failures, `during` the requests of the incident.
    """
    if not len(traffic):
        return Series(1.0, (), (), (), database=database_log.read(case, None))
    width = _width(traffic, _BINS)
    counted = breakdown.count(traffic, lost, _width, tallies.read(case, traffic, during))
    first = None if during is None or not during.any() else float(traffic.started[during][0])
    return Series(
        bin_s=width,
        traffic=tuple(_traffic(traffic, lost, width)),
        shares=tuple(_shares(traffic, lost, _width(traffic, _SHARE_BINS))),
        lanes=tuple(_lanes(case, traffic.since, width)),
        gaps=gaps.find(case, traffic.since, traffic.until),
        breakdown=counted,
        database=database_log.read(case, counted, first),
    )


def moment(seconds: float) -> datetime:
    """Turn seconds since 1970 into a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _width(traffic: Traffic, bins: int) -> float:
    span = max(traffic.until - traffic.since, 1.0)
    return float(next((w for w in _WIDTHS if span / w <= bins), span / bins))


def _edges(traffic: Traffic, width: float) -> tuple[float, Array, int]:
    origin = np.floor(traffic.since / width) * width
    index = ((traffic.started - origin) / width).astype(np.int64)
    return float(origin), index, int(index[-1]) + 1


def _traffic(traffic: Traffic, lost: Array, width: float) -> Iterator[TrafficBin]:
    origin, index, count = _edges(traffic, width)
    requests = np.bincount(index, minlength=count)
    failed = np.bincount(index, weights=lost, minlength=count)
    bounds = np.searchsorted(index, np.arange(count + 1))
    for i in range(count):
        durations = traffic.duration_s[bounds[i] : bounds[i + 1]]
        known = durations[~np.isnan(durations)]
        p50, p95 = np.quantile(known, (0.5, 0.95)).tolist() if len(known) else (None, None)
        yield TrafficBin(moment(origin + i * width), int(requests[i]), int(failed[i]), p50, p95)


def _shares(traffic: Traffic, lost: Array, width: float) -> Iterator[ShareBin]:
    origin, index, count = _edges(traffic, width)
    for pool, mask in sorted(pool_masks(traffic), key=lambda pair: pair[0]):
        for code in np.unique(traffic.first_server[mask]):
            name = traffic.servers[code]
            if not name:
                continue
            mine = mask & (traffic.first_server == code)
            requests = np.bincount(index[mine], minlength=count)
            failed = np.bincount(index[mine & lost], minlength=count)
            for i in range(count):
                at = moment(origin + i * width)
                yield ShareBin(at, pool, name, int(requests[i]), int(failed[i]))


def _lanes(case: Case, since: float, width: float) -> Iterator[LaneBin]:
    origin = float(np.floor(since / width) * width)
    for bin_index, role, kind, events in case.rows(sql("lanes"), {"since": origin, "width": width}):
        yield LaneBin(moment(origin + bin_index * width), role, kind, events)
