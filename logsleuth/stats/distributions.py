"""Tail probabilities and quantiles: `scipy.special` under the names that statisticians use."""

from __future__ import annotations

import math

from logsleuth.stats.arrays import check_level


def two_sided_z(level: float) -> float:
    """The standard normal quantile that leaves `1 - level` outside ±z; 1.96 for 0.95.

    Raises:
        ValueError: the level is not between 0 and 1.
    """
    from scipy.special import ndtri

    check_level(level)
    return float(ndtri(0.5 + level / 2.0))


def normal_p(z: float) -> float:
    """The probability that a standard normal lies beyond ±z."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi2_p(x: float, df: float) -> float:
    """The probability that chi-squared with df degrees of freedom exceeds x; 1 when df is 0."""
    from scipy.special import chdtrc

    if df <= 0:
        return 1.0
    return float(chdtrc(df, max(x, 0.0))) if math.isfinite(x) else 0.0


def f_p(x: float, df1: float, df2: float) -> float:
    """The probability that F with (df1, df2) degrees of freedom exceeds x; 1 when df1 is 0."""
    from scipy.special import fdtrc

    if df1 <= 0:
        return 1.0
    return float(fdtrc(df1, df2, max(x, 0.0))) if math.isfinite(x) else 0.0
