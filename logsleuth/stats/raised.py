"""The stretch in which a series lies higher, and how surely, whatever its distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Raised:
    """The values [start, stop) are larger than the others.

    `depth` is the largest cumulative sum of the signs about the median, scaled to a Brownian bridge
    (Brown, Durbin and Evans 1975): among values that are independent and nowhere higher it exceeds
    x with a probability of 2 exp(-2 x^2) at most, as Kolmogorov's statistic does.
    """

    start: int
    stop: int
    depth: float


def raised(values: npt.ArrayLike) -> Raised | None:
    """Find where values rise above their common median, fall below it, or both one after the other.

    Args:
        values: [N] in any unit, in order of time; ties with the median count as neither.

    Returns:
        None where all values are alike.
    """
    held: FloatArray = np.asarray(values, dtype=float)
    if not len(held):
        return None
    signs = np.sign(held - np.median(held))
    sums = np.concatenate(([0.0], np.cumsum(signs - signs.mean())))
    scatter = float(signs.std()) * np.sqrt(len(held))
    if not scatter:
        return None
    start, stop = int(sums.argmin()), int(sums.argmax())
    depth = max(-float(sums[start]), float(sums[stop])) / scatter
    if start > stop and -sums[start] >= sums[stop]:
        stop = start + int(sums[start:].argmax())
    elif start > stop:
        start = int(sums[: stop + 1].argmin())
    return Raised(start, stop, depth)
