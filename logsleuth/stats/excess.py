"""Which parts of the whole hold the failures that there are too many of, beyond their share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_counts
from logsleuth.stats.distributions import two_sided_z


@dataclass(frozen=True, slots=True, eq=False)
class Excess:
    """The parts of a whole beside each other; every array is [m].

    `excess` is how many more failures a part has than before at the whole's pace; they add up to
    `total`. `share` is the part of the total that it holds, `interval` [m, 2] that share's. `lift`
    is the part's share of that total over its share of what went well. `ratio` is its rate of
    excess over that of all the others, infinite where they have none. `p_value` is one-sided, of
    the hypothesis that the excess lies on the parts as the trials do, and `gain` the log-likelihood
    that the part's own share is worth.
    """

    total: float
    excess: FloatArray
    share: FloatArray
    interval: FloatArray
    lift: FloatArray
    ratio: FloatArray
    p_value: FloatArray
    gain: FloatArray


def excess(
    k0: npt.ArrayLike,
    k1: npt.ArrayLike,
    n1: npt.ArrayLike,
    *,
    before: float,
    whole: tuple[float, float, float],
    trials: npt.ArrayLike | None = None,
    phi: float = 1.0,
) -> Excess:
    """Compares parts of the trials by the failures that are above those of an earlier period.

    The explanatory power of Adtributor (Bhagwan et al., NSDI 2014) with the failures of the earlier
    period as forecast, at the whole's pace: a part that failed always, or that fails because it
    became busier, is told by what it adds. The test is binomial given the failures in all, and
    where the forecast is itself uncertain the normal one that knows it; the larger p-value counts.

    Args:
        k0: failures of each part before.
        k1: failures of each part now.
        n1: trials of each part now.
        before: trials of the whole before; 0 where there are none.
        whole: of the whole, its failures before, failures now, and trials now.
        trials: trials of each part at the whole's size now, if the excess is to be compared with
            others than those of now, such as the earlier ones; `lift` is over these then.
        phi: dispersion of the failures, 1 where they are independent.

    Raises:
        ValueError: a count is negative or not finite.
    """
    first, second, now = (as_counts(a, n) for a, n in ((k0, "k0"), (k1, "k1"), (n1, "n1")))
    failed_before, failed, tried = whole
    pace = tried / before if before > 0 else 0.0
    forecast, usual = first * pace, failed_before * pace
    total = failed - usual
    over = second - forecast
    base = now if trials is None else as_counts(trials, "trials")
    well = (now - second, tried - failed) if trials is None else (base, tried)
    # What was counted before is itself a draw: the forecast, and the shares if they are from there.
    spread = forecast * pace
    if trials is not None and before > 0:
        spread = spread + (max(total, 0.0) / max(tried, 1.0)) ** 2 * base * pace
    expected = np.clip(forecast + max(total, 0.0) * base / max(tried, 1.0), 1e-9, None)
    return Excess(
        total=total,
        excess=over,
        share=over / total if total > 0 else np.zeros_like(over),
        interval=_interval(second, forecast, failed, total, phi),
        lift=_lift(over, well[0], total, well[1]),
        ratio=_ratio(over, base, total, tried),
        p_value=_p_values(second, expected, failed, spread, phi),
        gain=_gain(second, expected, failed),
    )


def _lift(over: FloatArray, well: FloatArray, total: float, all_well: float) -> FloatArray:
    """Halves keep a part finite of which nothing went well."""
    part = np.clip(over, 0.0, None) / max(total, 1e-9)
    return part / ((np.clip(well, 0.0, None) + 0.5) / (max(all_well, 0.0) + 1.0))


def _ratio(over: FloatArray, trials: FloatArray, total: float, tried: float) -> FloatArray:
    mine = over / np.maximum(trials, 1.0)
    others = (total - over) / np.maximum(tried - trials, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(others > 0, mine / others, np.where(mine > 0, np.inf, 0.0))
    # Of a part that is the whole there is nobody to compare it with.
    return np.where(tried - trials > 0, found, 1.0)


def _interval(
    failures: FloatArray, forecast: FloatArray, failed: float, total: float, phi: float
) -> FloatArray:
    """Wilson's interval of the part's share of the failures, the forecast taken off."""
    if failed <= 0 or total <= 0:
        return np.stack([np.zeros_like(failures), np.ones_like(failures)], axis=1)
    z, n = two_sided_z(0.95), failed / max(phi, 1.0)
    share = np.minimum(failures / failed, 1.0)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    bounds = np.stack([centre - half, centre + half], axis=1) * failed
    return np.clip((bounds - forecast[:, None]) / total, 0.0, None)


def _p_values(
    failures: FloatArray, expected: FloatArray, failed: float, spread: FloatArray, phi: float
) -> FloatArray:
    from scipy.special import bdtrc, ndtr

    if failed <= 0:
        return np.ones_like(failures)
    chance = np.minimum(expected / failed, 1.0)
    scaled, n = np.ceil(failures / phi), max(math.ceil(failed / phi), 1)
    exact = np.where(scaled < 1, 1.0, bdtrc(np.maximum(scaled - 1, 0), n, chance))
    variance = phi * expected * (1 - chance) + spread
    z = (failures - expected - 0.5) / np.sqrt(np.maximum(variance, 1e-12))
    larger: FloatArray = np.maximum(np.nan_to_num(exact, nan=1.0), ndtr(-z))
    return np.clip(larger, 0.0, 1.0)


def _gain(failures: FloatArray, expected: FloatArray, failed: float) -> FloatArray:
    from scipy.special import xlogy

    chance = np.clip(expected / max(failed, 1e-9), 1e-12, 1 - 1e-12)
    mine = failures / max(failed, 1e-9)
    gain: FloatArray = failed * (
        xlogy(mine, mine / chance) + xlogy(1 - mine, (1 - mine) / (1 - chance))
    )
    return np.asarray(np.where(failures > expected, gain, 0.0), dtype=np.float64)
