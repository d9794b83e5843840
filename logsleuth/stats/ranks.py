"""Whether two quantities order things alike, whatever their scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray


def spearman(one: npt.ArrayLike, other: npt.ArrayLike) -> float | None:
    """Correlate the ranks of two quantities, -1 to 1; equal values share the mean of their ranks.

    Spearman (1904), "The proof and measurement of association between two things".

    Args:
        one: [N] in any unit.
        other: [N] of the same things.

    Returns:
        None where one of them is the same everywhere, which orders nothing.

    Raises:
        ValueError: the lengths differ.
    """
    ranks = [_ranks(np.asarray(values, dtype=float)) for values in (one, other)]
    if len(ranks[0]) != len(ranks[1]):
        message = f"{len(ranks[0])} values, but {len(ranks[1])} others"
        raise ValueError(message)
    if any(len(np.unique(each)) < 2 for each in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    """From 0 on."""
    ordered = np.sort(values)
    low, high = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    ranks: FloatArray = (low + high - 1) / 2
    return ranks
