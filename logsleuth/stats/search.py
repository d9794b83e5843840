"""Finds the stretch [start, stop) of a series that maximises a score, exactly or coarse to fine.

Up to `EXACT` bins every pair is scored, in blocks that fit the cache. A longer series is scored
once at each of several widths of grid, at each width only for stretches of up to `SHORT` cells
(longer ones are found at the next width, shorter ones were found before), and the best is then
refined bin by bin: the multiresolution idea of Neill and Moore (2004), "Rapid detection of
significant spatial clusters". A day of seconds takes about as long as an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from logsleuth.stats.arrays import FloatArray, IntArray

EXACT = 1500
SHORT = 16
STEP = 4
CELLS = 1 << 15

Score: TypeAlias = Callable[[IntArray, IntArray], FloatArray]
"""From bounds that broadcast to the score of [start, stop); 0 where stop <= start."""
Found: TypeAlias = tuple[int, int, float]


def best_interval(score: Score, length: int, min_length: int = 1) -> Found:
    """The best stretch of a series of `length` bins, as (start, stop, score).

    The first of equals, and (0, 0, 0.0) when nothing scores above 0. Exact up to `EXACT` bins.
    """
    best, best_width, width = (0, 0, 0.0), 1, 1
    while True:
        last = length <= width * EXACT
        found = _sweep(score, length, width, min_length, SHORT if not last else None)
        if found[2] > best[2]:
            best, best_width = found, width
        if last:
            return _refined(score, best, best_width, length, min_length)
        width *= STEP


def _sweep(score: Score, length: int, width: int, min_length: int, longest: int | None) -> Found:
    edges = np.append(np.arange(0, length, width, dtype=np.int64), length)
    best = (0, 0, 0.0)
    for starts, stops in _blocks(edges, longest):
        best = _better(best, score, starts, stops, min_length)
    return best


def _blocks(edges: IntArray, longest: int | None) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of edges in blocks of about `CELLS`; with `longest`, only those up to it apart."""
    first, cells = 0, edges.size - 1
    while first < cells:
        columns = min(longest or cells, cells - first)
        rows = min(max(1, CELLS // columns), cells - first)
        index = np.arange(first, first + rows)[:, None]
        if longest is None:
            yield edges[index], edges[None, first + 1 :]
        else:
            yield edges[index], edges[np.minimum(index + 1 + np.arange(columns), cells)]
        first += rows


def _better(best: Found, score: Score, starts: IntArray, stops: IntArray, min_length: int) -> Found:
    values = score(starts, stops)
    if min_length > 1:
        values = np.where(stops - starts >= min_length, values, 0.0)
    row, column = divmod(int(values.argmax()), values.shape[1])
    if values[row, column] <= best[2]:
        return best
    stop = stops[row if stops.shape[0] > 1 else 0, column]
    return int(starts[row, 0]), int(stop), float(values[row, column])


def _refined(score: Score, best: Found, width: int, length: int, min_length: int) -> Found:
    """The best with its bounds moved by up to two cells, in ever finer steps."""
    while width > 1:
        finer = max(1, width // STEP)
        moves = np.arange(-2 * width, 2 * width + 1, finer)
        starts = np.clip(best[0] + moves, 0, length)[:, None]
        stops = np.clip(best[1] + moves, 0, length)[None, :]
        best = _better(best, score, starts, stops, min_length)
        width = finer
    return best
