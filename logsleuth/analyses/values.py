"""Every value of a dimension, with its requests and its part of the excess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.excess import excess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.dimensions import Dimension
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.stats.excess import Excess

LIKELY: Final = 0.01
# Floors of effect, for significance alone is nothing worth a line: the part of the excess, how
# often it goes wrong beside the others, how much more of the excess than of the traffic, and bad
# requests.
SHARE: Final = 0.10
RATIO: Final = 1.5
BEYOND: Final = 0.05
COUNT: Final = 5.0
# What had no request before may have had one: so many are taken for granted.
_HALF: Final = 0.5
# The rate of harm may change in the window: it is taken from so many parts of it.
_SPELLS: Final = 50
_BY_ITSELF: Final = 0.10


@dataclass(frozen=True, slots=True)
class Value:
    """A value, or a pair of them, with its counts before (0) and in the window (1)."""

    title: str
    name: str
    n0: int
    k0: int
    n1: int
    k1: int
    of: tuple[int, int, int, int]
    """The same four counts of all requests."""
    share: float
    interval: tuple[float, float]
    lift: float
    p_value: float
    gain: float
    stands_out: bool
    codes: Array | None = None
    code: int = -1

    @property
    def label(self) -> str:
        """The value with its dimension: `server app-1`."""
        return f"{self.title} {self.name}"

    @property
    def others_rate(self) -> float | None:
        """How many of the other requests in the window were bad; None where there are none."""
        others = self.of[2] - self.n1
        return (self.of[3] - self.k1) / others if others else None


@dataclass(frozen=True, eq=False)
class Counted:
    """The counts of the values of one dimension, [m] each, and what they amount to."""

    dimension: Dimension
    codes: Array
    counts: tuple[Array, Array, Array, Array]
    of: tuple[int, int, int, int]
    trials: Array
    found: Excess

    def values(self, p_values: Array) -> Iterator[Value]:
        """Those with a part worth a look; `p_values` [m] are adjusted for all that were tested."""
        good = stand_out(self.found, p_values, self.trials / max(self.of[2], 1), self.found.total)
        for i in np.flatnonzero(self.found.share >= SHARE).tolist():
            n0, k0, n1, k1 = (int(column[i]) for column in self.counts)
            yield Value(
                title=self.dimension.name,
                name=self.dimension.names[self.codes[i]],
                n0=n0, k0=k0, n1=n1, k1=k1,
                of=self.of,
                share=float(self.found.share[i]),
                interval=(float(self.found.interval[i, 0]), float(self.found.interval[i, 1])),
                lift=float(self.found.lift[i]),
                p_value=float(p_values[i]),
                gain=float(self.found.gain[i]),
                stands_out=bool(good[i]),
                codes=self.dimension.codes,
                code=int(self.codes[i]),
            )  # fmt: skip


def stand_out(found: Excess, p_values: Array, part: Array, total: float) -> Array:
    """Flag what has more of the excess than its part of the traffic: surely, and enough to matter.

    `total` is the excess of which a share has to be had, `part` [m] each one's share of the trials.
    """
    flags: Array = (
        (p_values <= LIKELY)
        & (found.excess >= max(SHARE * total, COUNT))
        & (found.ratio >= RATIO)
        & (found.share - part >= BEYOND)
    )
    return flags


def count(
    dimension: Dimension,
    bad: Array,
    before: slice,
    during: slice,
    *,
    phi: float = 1.0,
    by_traffic: bool = False,
) -> Counted:
    """Count every named value with requests in the window.

    `by_traffic` holds the excess against the requests that a value had before, not in the window.
    """
    size = len(dimension.names)
    n0, k0 = _counts(dimension, bad, before, size)
    n1, k1 = _counts(dimension, bad, during, size)
    of = (int(n0.sum()), int(k0.sum()), int(n1.sum()), int(k1.sum()))
    named = np.array([bool(name) for name in dimension.names], dtype=bool)
    codes = np.flatnonzero(named & (n1 > 0))
    columns = (n0[codes], k0[codes], n1[codes], k1[codes])
    trials = earlier(columns[0], of) if by_traffic else None
    found = compare(columns, of, trials, phi)
    return Counted(dimension, codes, columns, of, columns[2] if trials is None else trials, found)


def earlier(n0: Array, of: tuple[int, int, int, int]) -> Array:
    """The requests that parts would have in the window if the traffic were as before."""
    scaled: Array = (n0 + _HALF) * of[2] / (max(of[0], 1) + _HALF)
    return scaled


def compare(
    counts: tuple[Array, Array, Array, Array],
    of: tuple[int, int, int, int],
    trials: Array | None,
    phi: float = 1.0,
) -> Excess:
    """Hold counts of parts against those of the whole: before (0) and in the window (1)."""
    whole = (float(of[1]), float(of[3]), float(of[2]))
    return excess(
        counts[1], counts[3], counts[2], before=float(of[0]), whole=whole, trials=trials, phi=phi
    )


def _counts(dimension: Dimension, bad: Array, period: slice, size: int) -> tuple[Array, Array]:
    codes = dimension.codes[period]
    return np.bincount(codes, minlength=size), np.bincount(codes[bad[period]], minlength=size)


def dispersion(traffic: Traffic, bad: Array, during: slice) -> float:
    """How far the harm goes by clients rather than by requests; 1 is not at all.

    Pearson's statistic of the clients' bad requests, given the rate at the time of each, by its
    degrees of freedom. Whoever keeps a client keeps all of its failures, so that they count as one.
    A client with a tenth of the harm is no scatter but something to be found, and is left out.
    """
    started, client, hit = traffic.started[during], traffic.client[during], bad[during]
    if not hit.any():
        return 1.0
    own = np.bincount(client[hit], minlength=len(traffic.clients))
    usual = (own <= _BY_ITSELF * hit.sum())[client]
    step = max(float(started[-1] - started[0]) / _SPELLS, 1e-3)
    spell = ((started - started[0]) / step).astype(np.int64)[usual]
    client, hit = client[usual], hit[usual]
    tried = np.bincount(spell, minlength=_SPELLS + 1)
    rate = (np.bincount(spell[hit], minlength=_SPELLS + 1) / np.maximum(tried, 1))[spell]
    expected = np.bincount(client, weights=rate)
    found = np.bincount(client[hit], minlength=len(expected))
    spread = float((rate * (1 - rate)).sum())
    return max(float(((found - expected) ** 2).sum()) / spread, 1.0) if spread > 0 else 1.0
