"""P-values of many tests at once, adjusted so that the share of false findings stays bounded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_floats


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """Adjusted p-values for independent or positively dependent tests.

    Benjamini and Hochberg (1995), "Controlling the false discovery rate".

    Args:
        p_values: [m], 0 to 1; may be empty.

    Returns:
        [m], in the order given; reject those at or below the wanted rate of false discoveries.

    Raises:
        ValueError: a p-value is nan or outside 0 to 1.
    """
    p = as_floats(p_values, "p_values")
    if ((p < 0) | (p > 1)).any():
        message = "a p-value lies outside 0 to 1"
        raise ValueError(message)
    order = np.argsort(p)[::-1]
    steps = p[order] * p.size / np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1.0)
    return adjusted


def benjamini_yekutieli(p_values: npt.ArrayLike) -> FloatArray:
    """Adjusted p-values for tests that depend in any way, as those of overlapping windows do.

    Benjamini and Yekutieli (2001), "The control of the false discovery rate in multiple testing
    under dependency".

    Args:
        p_values: [m], 0 to 1; may be empty.

    Returns:
        [m], in the order given, never below those of `benjamini_hochberg`.

    Raises:
        ValueError: a p-value is nan or outside 0 to 1.
    """
    p = as_floats(p_values, "p_values")
    penalty = float(np.sum(1.0 / np.arange(1, p.size + 1)))
    return np.minimum(benjamini_hochberg(p) * penalty, 1.0)
