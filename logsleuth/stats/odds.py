"""Association after stratification: does B still go with A among requests that are alike?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_counts
from logsleuth.stats.distributions import chi2_p, two_sided_z
from logsleuth.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class PooledOdds:
    """The odds ratio common to all strata.

    `odds_ratio` is None where the tables don't determine it (no informative stratum, or an empty
    diagonal that makes it infinite), `interval` also where the ratio is 0. `strata` counts the
    informative ones: those with both outcomes and both groups.
    """

    odds_ratio: float | None
    interval: Interval | None
    p_value: float
    strata: int


def mantel_haenszel(tables: npt.ArrayLike, level: float = 0.95) -> PooledOdds:
    """The pooled odds ratio of 2x2 tables, its interval, and the test that it is 1.

    Mantel and Haenszel (1959); the variance of Robins, Breslow and Greenland (1986), good for few
    large strata and for many small ones; the Cochran-Mantel-Haenszel test without continuity
    correction. Never stratify by what lies on the causal path.

    Args:
        tables: [s, 2, 2], per stratum [[exposed and failed, exposed and fine],
            [unexposed and failed, unexposed and fine]]; empty strata are fine.
        level: confidence of the interval.

    Raises:
        ValueError: the shape is wrong, or a count is negative or not finite.
    """
    cells = as_counts(tables, "tables", ndim=3)
    if cells.shape[1:] != (2, 2):
        message = f"tables have the shape [s, 2, 2], not {list(cells.shape)}"
        raise ValueError(message)
    rows, columns = cells.sum(axis=2), cells.sum(axis=1)
    cells = cells[(rows > 0).all(axis=1) & (columns > 0).all(axis=1)]
    concordant, discordant = _products(cells)
    for_, against = float(concordant.sum()), float(discordant.sum())
    ratio = for_ / against if against > 0 else None
    interval = _interval(cells, level) if for_ > 0 and against > 0 else None
    return PooledOdds(ratio, interval, _cmh_p(cells), len(cells))


def _products(cells: FloatArray) -> tuple[FloatArray, FloatArray]:
    total = cells.sum(axis=(1, 2))
    return (
        cells[:, 0, 0] * cells[:, 1, 1] / total,
        cells[:, 0, 1] * cells[:, 1, 0] / total,
    )


def _interval(cells: FloatArray, level: float) -> Interval:
    total = cells.sum(axis=(1, 2))
    r, s = _products(cells)
    p = (cells[:, 0, 0] + cells[:, 1, 1]) / total
    q = (cells[:, 0, 1] + cells[:, 1, 0]) / total
    sum_r, sum_s = r.sum(), s.sum()
    variance = (
        (p * r).sum() / (2 * sum_r**2)
        + (p * s + q * r).sum() / (2 * sum_r * sum_s)
        + (q * s).sum() / (2 * sum_s**2)
    )
    centre, spread = math.log(sum_r / sum_s), two_sided_z(level) * math.sqrt(variance)
    return Interval(math.exp(centre - spread), math.exp(centre + spread))


def _cmh_p(cells: FloatArray) -> float:
    total = cells.sum(axis=(1, 2))
    row, column = cells[:, 0].sum(axis=1), cells[:, :, 0].sum(axis=1)
    expected = row * column / total
    spread = row * (total - row) * column * (total - column)
    variance = float((spread / (total**2 * np.maximum(total - 1.0, 1.0))).sum())
    if variance <= 0:
        return 1.0
    return chi2_p(float((cells[:, 0, 0] - expected).sum()) ** 2 / variance, 1)
