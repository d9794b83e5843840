"""Small marks in the cells of tables, as places on a scale of 0 to 100."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logsleuth.model import Check, Pool, ServerShare

_BREATH: Final = 0.08


@dataclass(frozen=True, slots=True)
class ShareMark:
    """A dot with whiskers for what was observed, ticks for what was intended and configured."""

    observed: float
    intended: float | None
    configured: float | None
    low: float | None = None
    """The ends of the observed share's interval; None where no request was counted."""
    high: float | None = None
    top: float = 1.0
    """The share at the end of the scale."""


@dataclass(frozen=True, slots=True)
class IntervalMark:
    """A whisker for the interval, a dot for the effect, a zone for the margin."""

    low: float
    high: float
    dot: float | None
    zone_low: float | None
    zone_high: float | None


def share_mark(share: ServerShare, pool: Pool) -> ShareMark:
    """Return where a server's shares are, on a scale that ends at the pool's largest."""
    known = [
        part
        for each in pool.servers
        for part in (each.observed_share, each.expected_share, each.configured_share)
        if part is not None and math.isfinite(part)
    ]
    top = max([*known, 0.0]) or 1.0

    def place(part: float | None) -> float | None:
        return None if part is None or not math.isfinite(part) else round(100 * part / top, 2)

    observed = place(share.observed_share)
    ends = _whiskers(share, sum(each.requests for each in pool.servers))
    low, high = (None if end is None else min(place(end) or 0.0, 100.0) for end in ends)
    intended, configured = place(share.expected_share), place(share.configured_share)
    return ShareMark(observed or 0.0, intended, configured, low, high, round(top, 5))


def _whiskers(share: ServerShare, requests: int) -> tuple[float | None, float | None]:
    """Return Wilson's interval of an observed share: servers that take turns scatter less."""
    from logsleuth.stats.proportions import wilson

    if requests <= 0 or not 0 <= share.requests <= requests:
        return None, None
    found = wilson(share.requests, requests)
    return found.low, found.high


def interval_mark(check: Check) -> IntervalMark | None:
    """Return where a check's interval is beside its margin, or nothing where there is none."""
    interval, margin = check.interval, check.margin
    if interval is None or not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return None
    ends = [interval.low, interval.high, *((margin.low, margin.high) if margin else ())]
    ends += [] if check.effect is None else [check.effect]
    low, high = _scale([end for end in ends if math.isfinite(end)])

    def place(value: float | None) -> float | None:
        if value is None or math.isnan(value):
            return None
        return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)

    zone = (None, None) if margin is None else (place(margin.low), place(margin.high))
    ends_at = place(interval.low), place(interval.high)
    return IntervalMark(ends_at[0] or 0.0, ends_at[1] or 0.0, place(check.effect), *zone)


def _scale(ends: list[float]) -> tuple[float, float]:
    low, high = min(ends), max(ends)
    breath = (high - low) * _BREATH or 1.0
    return low - breath, high + breath
