"""Where a series of values rose, and how surely, whatever their distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Rise:
    """The values [start, stop) are larger than the others.

    `depth` is the statistic of Brown, Durbin and Evans's cumulative sums (1975), applied to the
    signs about the median: where nothing rose it exceeds x with probability 2 exp(-2 x^2) at most.
    """

    start: int
    stop: int
    depth: float


def rise(values: npt.ArrayLike) -> Rise | None:
    """Find the stretch before which values lie below the common median, in order of time.

    Args:
        values: [N] in any unit, of which ties with the median count as neither.

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
    start = int(sums.argmin())
    stop = start + int(sums[start:].argmax())
    return Rise(start, stop, -float(sums[start]) / scatter)
