"""A route that was slower for a stretch, too little for an incident and too surely for calm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.badness import SLIGHT, judge
from logsleuth.analyses.doubt import Doubt
from logsleuth.analyses.incident import between
from logsleuth.analyses.shown import moment
from logsleuth.stats.raised import raised

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

# Rarer routes are too little of the service, and each side must have enough for a median.
_PART: Final = 0.05
_ENOUGH: Final = 30
# 2 exp(-2 x^2) is one in thirty million: requests that follow each other are not independent.
_SURELY: Final = 3.0
# A quarter longer, which a busy neighbour makes for a moment, and so much as can be noticed.
_TIMES: Final = 1.25
_SEEN_S: Final = 0.03
_LASTS_S: Final = 5.0


def slower(traffic: Traffic) -> Doubt | None:
    """Tell which route took longest for a stretch, in times of the rest; None: none did."""
    usable = ~np.isnan(traffic.duration_s) & (traffic.status < 400)
    counts = np.bincount(traffic.route[usable], minlength=len(traffic.routes))
    often = np.flatnonzero(counts >= max(_PART * len(traffic), 2 * _ENOUGH)).tolist()
    each = [(_times(traffic, np.flatnonzero(usable & (traffic.route == c))), c) for c in often]
    found = [(*held, traffic.routes[code]) for held, code in each if held is not None]
    if not found:
        return None
    times, since, until, route = max(found)
    slightly = judge(traffic, SLIGHT)
    return Doubt(
        f"from {moment(since)} to {moment(until)} UTC {route} took {times:.1f} times as long as"
        " otherwise (median)",
        between(traffic, slightly, "latency", since, until), slightly,
    )  # fmt: skip


def _times(traffic: Traffic, rows: Array) -> tuple[float, float, float] | None:
    """How many times as long, and since and until when (1970); None where not surely."""
    took = traffic.duration_s[rows]
    held = raised(took)
    if held is None or held.depth < _SURELY:
        return None
    inside = slice(held.start, held.stop)
    mine, others = took[inside], np.delete(took, inside)
    if min(len(mine), len(others)) < _ENOUGH:
        return None
    begun = traffic.started[rows[inside]]
    now, usual = float(np.median(mine)), float(np.median(others))
    lasts = float(begun[-1] - begun[0]) >= _LASTS_S
    if not lasts or now < _TIMES * usual or now - usual < _SEEN_S:
        return None
    return now / max(usual, 1e-3), float(begun[0]), float(begun[-1])
