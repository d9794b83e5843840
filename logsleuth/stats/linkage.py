"""Record linkage: candidate pairs of two logs, how likely each is, and the best choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

# Of 64 bits these are the time's, in steps; the rest are the key's.
_TIME_BITS: Final = 34
_KEY: Final = np.uint64(2**64 - 2**_TIME_BITS)
_FINEST_S: Final = 0.001
# Fewer unambiguous pairs than this tell no distribution.
_LEAST: Final = 30
# Classes of differences in seconds, doubling from a quarter of a millisecond to a minute and more.
_SIDE: Final = 0.00025 * 2.0 ** np.arange(19)
_EDGES: Final = np.concatenate([-_SIDE[::-1], _SIDE])
_BALANCINGS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One log's records: keys of 64 bits, times in seconds since 1970, durations (NaN: unknown)."""

    key: Array
    at: Array
    took_s: Array


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of equal keys whose times fit, E in all; several may share a record."""

    left: Array
    right: Array
    apart_s: Array
    """Right time minus left time."""
    longer_s: Array
    """Left duration minus right duration, NaN where one isn't known."""
    density: Array
    """Records of the left one's key on the right, a second: what chance has to offer."""


def candidates(left: Side, right: Side, low: Array, high: Array, nearest: int = 6) -> Candidates:
    """Pair each left record with the nearest right ones of its key, `low` to `high` seconds apart.

    One sort of the right side and one search a left record, so that a million take a second.
    """
    span = (float(min(left.at.min(), right.at.min())), float(max(left.at.max(), right.at.max())))
    ours, mine = _sorted(left, span)
    theirs, others = _sorted(right, span)
    low, high = low[mine], high[mine]
    place = np.searchsorted(theirs, ours)
    density = _run_lengths(theirs & _KEY) / max(span[1] - span[0], 1.0)
    found = []
    for offset in range(-(nearest // 2), nearest - nearest // 2):
        there = place + offset
        i = np.flatnonzero((there >= 0) & (there < len(theirs)))
        i = i[(theirs[there[i]] ^ ours[i]) <= ~_KEY]
        apart = right.at[others[there[i]]] - left.at[mine[i]]
        fits = (apart >= low[i]) & (apart <= high[i])
        j = there[i[fits]]
        found.append((mine[i[fits]], others[j], apart[fits], density[j]))
    i, j, apart, dense = (np.concatenate(part) for part in zip(*found, strict=True))
    return Candidates(i, j, apart, left.took_s[i] - right.took_s[j], dense)


def _sorted(side: Side, span: tuple[float, float]) -> tuple[Array, Array]:
    """Keys and times as one number each, in order, and where each was."""
    step = max(_FINEST_S, (span[1] - span[0]) / 2 ** (_TIME_BITS - 1))
    joined = (side.key & _KEY) | ((side.at - span[0]) / step).round().astype(np.uint64)
    order = np.argsort(joined, kind="stable")
    return joined[order], order


def _run_lengths(keys: Array) -> Array:
    """How many of a sorted row's numbers equal each."""
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    lengths = np.diff(np.append(starts, len(keys)))
    return np.repeat(lengths, lengths)


def probabilities(pairs: Candidates, left: Side, right: Side) -> Array:
    """Return how likely each candidate is the true pair.

    A pair's weight is the likelihood of its differences among pairs that have no rival, against
    that among strangers (Fellegi and Sunter 1969); what a left record has no line for is a rival
    by chance. Rows and columns are then balanced (Sinkhorn 1967), for a line is of one request.
    """
    n, m = len(left.at), len(right.at)
    alone = (np.bincount(pairs.left, minlength=n)[pairs.left] == 1) & (
        np.bincount(pairs.right, minlength=m)[pairs.right] == 1
    )
    weight = _likely(pairs.apart_s, pairs.apart_s[alone]) * _longer(pairs, alone, left, right)
    missing = min(max(1 - np.count_nonzero(np.bincount(pairs.left)) / n, 0.005), 0.5)
    chance = missing * np.maximum(pairs.density, 1e-6)
    weight *= 1 - missing
    # Rivals on the right weigh by how free the others leave them.
    scale = np.ones(m)
    share: Array = weight
    for _ in range(_BALANCINGS):
        scaled = weight * scale[pairs.right]
        rows = np.bincount(pairs.left, scaled, minlength=n)
        share = scaled / (rows[pairs.left] + chance)
        scale /= np.maximum(np.bincount(pairs.right, share, minlength=m), 1.0)
    return share


def _likely(values: Array, sample: Array) -> Array:
    """Density of differences a second, as their sample has it; else the less, the likelier."""
    if len(sample) < _LEAST:
        flat: Array = 0.5 / (np.abs(values) + 0.02)
        return flat
    # Each class has half a record more than it has, so that nothing is impossible.
    counts = np.bincount(np.searchsorted(_EDGES, sample), minlength=len(_EDGES) + 1) + 0.5
    widths = np.concatenate([[_SIDE[-1]], np.diff(_EDGES), [_SIDE[-1]]])
    density: Array = (counts / counts.sum() / widths)[np.searchsorted(_EDGES, values)]
    return density


def _longer(pairs: Candidates, alone: Array, left: Side, right: Side) -> Array:
    """How much likelier a difference of durations is for true pairs than for strangers."""
    ratio: Array = np.ones(len(pairs.left))
    known = ~np.isnan(pairs.longer_s)
    true = pairs.longer_s[alone & known]
    if len(true) < _LEAST:
        return ratio
    size = min(len(left.at), len(right.at))
    strangers = left.took_s[:size] - np.roll(right.took_s[:size], size // 3 + 1)
    strangers = strangers[~np.isnan(strangers)]
    values = pairs.longer_s[known]
    ratio[known] = _likely(values, true) / _likely(values, strangers)
    return ratio


def assigned(pairs: Candidates, score: Array) -> Array:
    """Choose candidates so that no record is in two, the likeliest first; positions of E."""
    chosen: list[Array] = []
    # The nearer wins a tie, and then the earlier: the same evidence gives the same pairs.
    open_: Array = np.lexsort((-pairs.right, -np.abs(pairs.apart_s), score))
    while len(open_):
        best = _last(open_, pairs.left)
        best = best[np.isin(best, _last(open_, pairs.right))]
        chosen.append(best)
        taken = ~np.isin(pairs.left[open_], pairs.left[best])
        open_ = open_[taken & ~np.isin(pairs.right[open_], pairs.right[best])]
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


def _last(order: Array, records: Array) -> Array:
    """The last candidate of each record, in an order that has the best at its end."""
    best: Any = np.full(int(records.max()) + 1, -1)
    best[records[order]] = order
    found: Array = best[best >= 0]
    return found
