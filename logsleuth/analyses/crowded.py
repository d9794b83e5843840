"""A short rush of requests in which all took longer, though none by much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.badness import SLIGHT, judge
from logsleuth.analyses.doubt import Doubt
from logsleuth.analyses.incident import between
from logsleuth.analyses.shown import moment
from logsleuth.stats.medians import grouped_medians

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

_BINS: Final = 400
_PER_BIN: Final = 20
# So many times as many as usually, for so long, but no longer than this part of the evidence, for
# days have busy hours; and calm on either side.
_TIMES: Final = 1.6
_LASTS_S: Final = 5.0
_PART: Final = 0.15
_BESIDE: Final = 1.3
# Standard deviations of a count: in 400 bins chance brings one in ten thousand.
_SURELY: Final = 5.0
# Half of them took so many times as long as usually for their route.
_LONGER: Final = 1.2


def rush(traffic: Traffic) -> Doubt | None:
    """Tell when many more requests than usually came, and took longer; None where none."""
    span = traffic.until - traffic.since if len(traffic) else 0.0
    count = min(_BINS, len(traffic) // _PER_BIN)
    if count < 10 or span <= 0:
        return None
    width = span / count
    index = np.clip(((traffic.started - traffic.since) / width).astype(np.int64), 0, count - 1)
    counts = np.bincount(index, minlength=count)
    usual = float(np.median(counts))
    found = _longest(counts, usual, max(round(_LASTS_S / width / 2), 1))
    if found is None:
        return None
    first, last = found
    if not _LASTS_S <= (last - first) * width <= _PART * span:
        return None
    times = _longer(traffic, (index >= first) & (index < last))
    if times is None or times < _LONGER:
        return None
    began, ended = (traffic.since + at * width for at in (first, last))
    more = counts[first:last].mean() / usual
    slightly = judge(traffic, SLIGHT)
    return Doubt(
        f"from {moment(began)} to {moment(ended)} UTC {more:.1f} times as many requests came as"
        f" usually, and half of them took {times:.1f} times as long or more",
        between(traffic, slightly, "latency", began, ended), slightly,
    )  # fmt: skip


def _longest(counts: Array, usual: float, smooth: int) -> tuple[int, int] | None:
    """The longest stretch of bins far above the usual count, between stretches that are not."""
    mean = np.convolve(counts, np.ones(smooth) / smooth, mode="same")
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mean >= _TIMES * usual, [0]))))
    runs = sorted(
        zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True), key=lambda r: (r[0] - r[1], r)
    )
    if not runs or usual <= 0:
        return None
    first, last = runs[0]
    reach = 3 * smooth
    before, after = counts[max(first - reach, 0) : first], counts[last : last + reach]
    # The edges of a rush are smoothed away, and so not looked at.
    beside = [float(part.mean()) for part in (before[:-smooth], after[smooth:]) if len(part)]
    expected = usual * (last - first)
    surely = counts[first:last].sum() - expected >= _SURELY * np.sqrt(expected)
    return (first, last) if surely and beside and max(beside) <= _BESIDE * usual else None


def _longer(traffic: Traffic, inside: Array) -> float | None:
    """How many times as long as elsewhere requests took, for their routes (median)."""
    usable = ~np.isnan(traffic.duration_s) & (traffic.status < 400)
    mine, others = usable & inside, usable & ~inside
    usual = grouped_medians(traffic.duration_s[others], traffic.route[others], len(traffic.routes))
    took = traffic.duration_s[mine] / np.maximum(usual[traffic.route[mine]], 1e-3)
    took = took[~np.isnan(took)]
    return float(np.median(took)) if len(took) else None
