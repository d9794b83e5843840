"""How far one clock is from another, from events of the one that lie inside events of the other.

Each pair gives an interval in which the offset must be; the offset is where most pairs overlap
(Marzullo, "Maintaining the Time in a Distributed System", 1984). No symmetry is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.intervals import Interval

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray

# Fewer pairs than this could overlap by chance.
LEAST: Final = 5
# So many of the pairs may miss the interval: a line in a hundred is written late.
_LATE: Final = 0.01
# Where fewer than this share of the pairs overlap, it is not one offset that they tell.
AGREEING: Final = 0.9
_WINDOWS: Final = 12
_IN_WINDOW: Final = 20


@dataclass(frozen=True, slots=True)
class Offset:
    """A clock's offset in seconds, positive where it is ahead; an unknown bound is infinite."""

    value: float
    interval: Interval
    pairs: int
    agreeing: float
    """The share of the pairs whose intervals hold the value."""
    drift: float = 0.0
    """Seconds that it gained over the span of the pairs, where they don't tell one offset."""


def overlap(low: FloatArray, high: FloatArray) -> Offset | None:
    """Return where most of the intervals [low, high] overlap; None with fewer than five.

    The value is the middle of the stretch that most of them cover, the interval the stretch that
    all of those but one in a hundred cover. Where a bound is infinite for all, the value is the
    other one. Intervals that are empty count as pairs, but hold nothing.
    """
    pairs = len(low)
    kept = low <= high
    low, high = low[kept], high[kept]
    if len(low) < LEAST:
        return None
    edges, depth = _depths(low, high)
    top = int(np.argmax(depth))
    allowed = depth[top] - np.ceil(_LATE * len(low))
    first, last = _around(depth, top, max(allowed, 1.0))
    value = _middle(float(edges[top]), float(edges[top + 1]))
    bounds = Interval(float(edges[first]), float(edges[last]))
    return Offset(value, bounds, pairs, float(depth[top]) / pairs)


def _depths(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where intervals begin or end, in order, and how many hold the place from there on."""
    edges = np.concatenate([low, high])
    steps = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
    # Closed intervals: at one place those that begin come before those that end.
    order = np.lexsort((-steps, edges))
    return edges[order], np.cumsum(steps[order])


def _around(depth: FloatArray, top: int, least: float) -> tuple[int, int]:
    """Between which edges the depth stays at the least or above, around its maximum."""
    below = np.flatnonzero(depth < least)
    before, after = below[below < top], below[below > top]
    return int(before[-1]) + 1 if len(before) else 0, int(after[0])


def _middle(low: float, high: float) -> float:
    if np.isinf(low) or np.isinf(high):
        return high if np.isinf(low) else low
    return (low + high) / 2


def offset(low: FloatArray, high: FloatArray, when: FloatArray) -> Offset | None:
    """Return the offset that the pairs tell, with its drift where it isn't the same all along.

    `when` is the time of each pair in seconds; of a clock that drifts the value is that of the
    middle of the span. Where the pairs agree neither on an offset nor on a drift, the value is the
    median of their middles, and the interval holds nine in ten of those.
    """
    whole = overlap(low, high)
    if whole is None or whole.agreeing >= AGREEING:
        return whole
    return _drifting(low, high, when) or _scattered(low, high)


def _drifting(low: FloatArray, high: FloatArray, when: FloatArray) -> Offset | None:
    """The offset that is left without a steady drift (Theil-Sen over medians of windows)."""
    count = min(_WINDOWS, len(low) // _IN_WINDOW)
    if count < 3 or not np.isfinite(low + high).all():
        return None
    middles = (low + high) / 2
    parts = np.array_split(np.argsort(when, kind="stable"), count)
    times, values = (np.array([np.median(x[part]) for part in parts]) for x in (when, middles))
    span = float(when.max() - when.min())
    slope = _slope(times, values)
    gained = slope * (when - (when.max() + when.min()) / 2)
    still = overlap(low - gained, high - gained)
    if still is None or still.agreeing < AGREEING:
        return None
    half = abs(slope) * span / 2
    bounds = Interval(still.interval.low - half, still.interval.high + half)
    return Offset(still.value, bounds, still.pairs, still.agreeing, slope * span)


def _slope(times: FloatArray, values: FloatArray) -> float:
    first, second = np.triu_indices(len(times), 1)
    apart = times[second] - times[first]
    usable = apart > 0
    if not usable.any():
        return 0.0
    return float(np.median((values[second] - values[first])[usable] / apart[usable]))


def _scattered(low: FloatArray, high: FloatArray) -> Offset | None:
    middles = ((low + high) / 2)[np.isfinite(low) & np.isfinite(high)]
    if len(middles) < LEAST:
        return None
    value, least, most = (float(np.quantile(middles, q)) for q in (0.5, 0.05, 0.95))
    agreeing = float(np.mean((low <= value) & (value <= high)))
    return Offset(value, Interval(least, most), len(low), agreeing)


def peak(low: FloatArray, high: FloatArray, apart: float) -> tuple[float, int, int]:
    """Where most intervals overlap, how many do, and how many at best further than `apart` away.

    For candidates of which most are no pairs at all: those overlap anywhere, the true ones at one
    place.
    """
    edges, depth = _depths(low, high)
    top = int(np.argmax(depth))
    place = _middle(float(edges[top]), float(edges[min(top + 1, len(edges) - 1)]))
    away = depth[np.abs(edges - place) > apart]
    return place, int(depth[top]), int(away.max()) if len(away) else 0
