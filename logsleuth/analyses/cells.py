"""Requests counted by which of a few values they have: small tables that answer for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.traffic import Array

MOST = 20
"""So many values can be told apart at once: a bit each."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Requests that have the same of m values are one cell, of which there are c.

    `has` is [c, m]; the counts are [c]: requests and bad ones, before (0) and in the window (1).
    """

    has: Array
    n0: Array
    k0: Array
    n1: Array
    k1: Array

    def chosen(self, flags: Array) -> Cells:
        """Only the flagged cells."""
        counts = (self.n0, self.k0, self.n1, self.k1)
        return Cells(self.has[flags], *(count[flags] for count in counts))


def count(flags: Sequence[tuple[Array, int]], bad: Array, before: slice, during: slice) -> Cells:
    """Count the cells of at most `MOST` values, each given as codes and the code that it has."""
    size = 1 << len(flags)
    n0, k0 = _counted(flags, bad, before, size)
    n1, k1 = _counted(flags, bad, during, size)
    filled = np.flatnonzero(n0 + n1)
    has = (filled[:, None] >> np.arange(len(flags)) & 1).astype(bool)
    return Cells(has, n0[filled], k0[filled], n1[filled], k1[filled])


def _counted(
    flags: Sequence[tuple[Array, int]], bad: Array, period: slice, size: int
) -> tuple[Array, Array]:
    bits = np.zeros(len(bad[period]), dtype=np.int32)
    for place, (codes, code) in enumerate(flags):
        bits |= (codes[period] == code).astype(np.int32) << np.int32(place)
    return np.bincount(bits, minlength=size), np.bincount(bits[bad[period]], minlength=size)
