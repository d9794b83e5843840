"""How far a key (client, session, path) decides the server: affinity, in bits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import FloatArray, as_counts
from logsleuth.stats.likelihoods import xlogx

LEAST_ROOM = 0.05
"""The share of the columns' entropy that chance must leave, or a key can't tell anything."""


@dataclass(frozen=True, slots=True)
class Information:
    """Mutual information of rows and columns with what chance alone gives taken off.

    `normalised` is 0 at what independence gives and 1 when the row decides the column; also 0 where
    keys repeat too rarely to tell. `bias` is what chance gives, `entropy` that of the columns, all
    in bits.
    """

    bits: float
    normalised: float
    bias: float
    entropy: float


def mutual_information(table: npt.ArrayLike) -> Information:
    """The information of keys about servers, corrected for the number of keys.

    A thousand clients with one request each "decide" their servers perfectly. The mean over all
    permutations of the keys, computed exactly from the hypergeometric distribution, is taken off:
    Vinh, Epps and Bailey (2010), "Information theoretic measures for clusterings comparison". The
    norm is (I - E) / (H(columns) - E).

    Args:
        table: [r, c], requests per key and server, whole numbers; rows of zeros are fine.

    Raises:
        ValueError: the shape is wrong, or a count is negative, not finite or not whole.
    """
    counts = as_counts(table, "table", ndim=2)
    if (counts != np.rint(counts)).any():
        message = "table holds a count that is not whole"
        raise ValueError(message)
    rows, columns, total = counts.sum(axis=1), counts.sum(axis=0), float(counts.sum())
    if total == 0:
        return Information(0.0, 0.0, 0.0, 0.0)
    entropy = (float(xlogx(np.array(total))) - float(xlogx(columns).sum())) / total
    joint = float(xlogx(counts).sum()) - float(xlogx(rows).sum())
    information = max(0.0, joint / total + entropy)
    bias = min(_expected(rows[rows > 0], columns[columns > 0]), entropy)
    excess, room = max(0.0, information - bias), entropy - bias
    known = room > LEAST_ROOM * entropy and room > 1e-9
    normalised = min(1.0, excess / room) if known else 0.0
    bit = math.log(2.0)
    return Information(excess / bit, normalised, bias / bit, entropy / bit)


def _expected(rows: FloatArray, columns: FloatArray) -> float:
    """The mean mutual information, in nats, of all tables with these margins."""
    total = float(rows.sum())
    sizes, repeats = np.unique(rows, return_counts=True)
    mean = 0.0
    for size, repeat in zip(sizes.tolist(), repeats.tolist(), strict=True):
        for column in columns.tolist():
            mean += repeat * _expected_cell(size, column, total)
    return mean


def _expected_cell(row: float, column: float, total: float) -> float:
    """What a cell with these margins adds to the mean, over its hypergeometric distribution."""
    from scipy.special import gammaln

    n = np.arange(max(1.0, row + column - total), min(row, column) + 1.0)
    cells = np.stack([n, row - n, column - n, total - row - column + n])
    margins = np.array([row, column, total - row, total - column])
    chance = np.exp(
        gammaln(margins + 1.0).sum() - gammaln(total + 1.0) - gammaln(cells + 1.0).sum(axis=0)
    )
    return float((chance * n / total * np.log(total * n / (row * column))).sum())
