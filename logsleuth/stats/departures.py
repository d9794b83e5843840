"""Whether a pool's shares left what they were, by so much and for so long that it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import as_counts
from logsleuth.stats.scan import multinomial_scan
from logsleuth.stats.shares import dispersion, homogeneity

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray

# The gate: unlikely, large enough to matter, on some server clearly more than it had, and lasting.
_P: Final = 1e-3
_WRONG: Final = 0.05
_RATIO: Final = 1.25
_BINS: Final = 3
_LASTS: Final = 0.05
_LEAST: Final = 50
_BLOCKS: Final = 3
# Clients stay for longer than a bin, so scatter is also measured in bins so many times as long.
_SCALES: Final = (1, 4, 12, 24, 48)


@dataclass(frozen=True, slots=True)
class Departure:
    """The bins [start, stop) in which the shares were others than elsewhere.

    `total_variation` is the fraction of their requests that went to another server. `p_value` is
    corrected for the dispersion and for all stretches that were looked at.
    """

    start: int
    stop: int
    shares_in: tuple[float, ...]
    shares_out: tuple[float, ...]
    total_variation: float
    p_value: float
    phi: float


def departure(counts: npt.ArrayLike) -> Departure | None:
    """The stretch in which the shares differ from the rest; None where none does enough.

    Enough is p below 0.001, 5 % of the requests on another server, some server with 1.25 times
    its share, and three bins and a twentieth of the time.

    Args:
        counts: [bins, k], requests.

    Raises:
        ValueError: a count is negative or not finite.
    """
    table = as_counts(counts, "counts", ndim=2)
    table = table[table.sum(axis=1) > 0]
    table = table[:, table.sum(axis=0) > 0] if table.size else table
    if table.shape[0] < 4 * _BINS or table.shape[1] < 2:
        return None
    found = multinomial_scan(table)
    if found is None or not _lasts(found.start, found.stop, len(table)):
        return None
    return _judged(as_counts(counts, "counts", ndim=2), table, found.start, found.stop)


def _lasts(start: int, stop: int, bins: int) -> bool:
    shorter = min(stop - start, bins - (stop - start))
    return shorter >= max(_BINS, _LASTS * bins)


def _judged(whole: FloatArray, table: FloatArray, start: int, stop: int) -> Departure | None:
    inside, outside = table[start:stop], np.concatenate([table[:start], table[stop:]])
    if min(inside.sum(), outside.sum()) < _LEAST:
        return None
    phi, freedom = scatter(inside, outside)
    test = homogeneity(outside.sum(axis=0), inside.sum(axis=0), phi=phi, phi_df=freedom)
    bins = len(table)
    p_value = min(1.0, test.p_value * bins * (bins - 1) / 2)
    ratio = max(test.ratios)
    if p_value >= _P or test.total_variation < _WRONG or ratio < _RATIO:
        return None
    rows = np.flatnonzero(whole.sum(axis=1) > 0)
    used = whole.sum(axis=0) > 0
    return Departure(
        start=int(rows[start]),
        stop=int(rows[stop - 1]) + 1,
        shares_in=_shares(inside, used),
        shares_out=_shares(outside, used),
        total_variation=test.total_variation,
        p_value=p_value,
        phi=phi,
    )


def scatter(*sides: FloatArray) -> tuple[float, float | None]:
    """The largest dispersion of bins as they are and of bins joined to longer ones, at least 1.

    Each side has shares of its own. With the degrees of freedom that it was estimated from; None
    where it is no more than chance.
    """
    told: list[tuple[float, float | None]] = [(1.0, None)]
    for scale in _SCALES:
        parts = [part for side in sides if (part := _at_scale(side, scale)) is not None]
        freedom = sum(f for _, f in parts)
        if freedom:
            told.append((sum(phi * f for phi, f in parts) / freedom, freedom))
    return max(told, key=lambda each: each[0])


def _at_scale(counts: FloatArray, scale: int) -> tuple[float, float] | None:
    used = counts[:, counts.sum(axis=0) > 0]
    joined = used[: len(used) // scale * scale]
    if used.shape[1] < 2 or len(joined) < _BLOCKS * scale:
        return None
    blocks = joined.reshape(-1, scale, used.shape[1]).sum(axis=1)
    return dispersion(blocks), float((len(blocks) - 1) * (used.shape[1] - 1))


def _shares(counts: FloatArray, used: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    shares = np.zeros(used.size)
    shares[used] = counts.sum(axis=0) / counts.sum()
    return tuple(shares.tolist())
