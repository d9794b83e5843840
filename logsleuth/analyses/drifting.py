"""A route that got slower for good, too little for an incident and too surely for calm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.badness import SLIGHT, judge
from logsleuth.analyses.doubt import Doubt
from logsleuth.analyses.incident import between
from logsleuth.analyses.shown import moment
from logsleuth.stats.rise import rise

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

# Rarer routes are too little of the service, and each half must have enough to take medians of.
_PART: Final = 0.05
_ENOUGH: Final = 30
# 2 exp(-2 x^2) is one in thirty million: requests that follow each other are not independent.
_SURELY: Final = 3.0
# A quarter longer, which a busy neighbour makes for a moment, and so much as can be noticed.
_TIMES: Final = 1.25
_SEEN_S: Final = 0.03
_LASTS_S: Final = 5.0


def slower(traffic: Traffic) -> Doubt | None:
    """Tell which route took longer than before it, most of all in times; None: no one."""
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
    held = rise(took)
    if held is None or held.depth < _SURELY:
        return None
    risen = np.zeros(len(took), dtype=bool)
    risen[held.start : held.stop] = True
    if min(int(risen.sum()), int((~risen).sum())) < _ENOUGH:
        return None
    begun = traffic.started[rows[risen]]
    after, before = float(np.median(took[risen])), float(np.median(took[~risen]))
    lasts = float(begun[-1] - begun[0]) >= _LASTS_S
    if not lasts or after < _TIMES * before or after - before < _SEEN_S:
        return None
    return after / max(before, 1e-3), float(begun[0]), float(begun[-1])
