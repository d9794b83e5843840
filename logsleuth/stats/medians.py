"""Medians of many groups at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def grouped_medians(
    values: npt.NDArray[np.floating], groups: npt.NDArray[np.integer], count: int
) -> npt.NDArray[np.float64]:
    """The median of each group, NaN where it has no value.

    Args:
        values: [n], none of them NaN.
        groups: [n], the group of each, 0 to count - 1.
        count: of the groups.
    """
    ordered = values[np.lexsort((values, groups))]
    sizes = np.bincount(groups, minlength=count)
    first = np.cumsum(sizes) - sizes
    medians = np.full(count, np.nan)
    held = np.flatnonzero(sizes)
    low, high = (first[held] + (sizes[held] - 1) // 2, first[held] + sizes[held] // 2)
    medians[held] = (ordered[low] + ordered[high]) / 2.0
    return medians
