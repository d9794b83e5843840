"""Few requests that were given up after one time for a while, which others had taken in peace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.doubt import Doubt
from logsleuth.analyses.incident import between
from logsleuth.analyses.shown import moment

if TYPE_CHECKING:
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.traffic import Array, Traffic

# Who gives up says 504, or 503 where there was no connection or place in the queue; a client that
# was kept waiting is 408 or 499, or has no status. Any other failure is an answer, however quick.
GAVE_UP: Final = (0, 408, 499, 503, 504)
# So many within a hundredth of a second of each other, and most of those that were given up.
_FEWEST: Final = 6
_SAME_S: Final = 0.01
_MOST: Final = 0.6
# That they all fall into a while so short by chance is one in ten thousand.
_CHANCE: Final = 1e-4
# Of as many as were given up, so much took longer otherwise and was served.
_HARMLESS: Final = 0.3
# And beside them next to nothing did.
_SOME: Final = 0.1
_LONGER: Final = 1.05


def at_one_time(traffic: Traffic, badness: Badness) -> Doubt | None:
    """Tell of a limit that cuts what is slow; None where there is none for a while only."""
    gave_up = badness.failed & np.isin(traffic.status, GAVE_UP) & ~np.isnan(traffic.duration_s)
    rows = np.flatnonzero(gave_up)
    near = of_one_time(traffic.duration_s[rows])
    if near is None or near.mean() < _MOST:
        return None
    cut = np.zeros(len(traffic), dtype=bool)
    cut[rows[near]] = True
    count, limit = int(near.sum()), float(np.median(traffic.duration_s[cut]))
    since, until = (float(traffic.started[cut][i]) for i in (0, -1))
    inside = (traffic.started >= since) & (traffic.started <= until)
    if not _for_a_while(count, float(inside.mean())) or not _cuts(traffic, cut, inside, limit):
        return None
    return Doubt(
        f"from {moment(since)} to {moment(until)} UTC {count} requests were given up after"
        f" {limit:.3f} s, and otherwise as many took longer and were served",
        between(traffic, badness, "failures", since, until), badness,
    )  # fmt: skip


def of_one_time(durations_s: Array) -> Array | None:
    """Flag those near their median; None unless so many are that no chance did it."""
    if len(durations_s) < _FEWEST:
        return None
    near: Array = np.abs(durations_s - np.median(durations_s)) < _SAME_S
    return near if int(near.sum()) >= _FEWEST else None


def _for_a_while(count: int, part: float) -> bool:
    """Whether chance hardly puts so many into some such part of the evidence.

    The distribution of the range of so many uniform values (David and Nagaraja 2003, "Order
    Statistics", 2.3).
    """
    return count * part ** (count - 1) - (count - 1) * part**count < _CHANCE


def _cuts(traffic: Traffic, cut: Array, inside: Array, limit: float) -> bool:
    """Whether what took longer was served before and after, and next to nothing meanwhile."""
    longer = ~cut & (traffic.duration_s > _LONGER * limit) & (traffic.status < 400)
    count, outside = int(cut.sum()), float((longer & ~inside).sum())
    likely = outside / max(float((~inside).sum()), 1.0) * float(inside.sum())
    return likely >= _HARMLESS * count and int((longer & inside).sum()) <= _SOME * count
