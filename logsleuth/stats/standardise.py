"""How many failures there would have been with other shares: bounds and a curve between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logsleuth.stats.intervals import Interval
from logsleuth.stats.isotonic import isotonic

if TYPE_CHECKING:
    from logsleuth.stats.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Trials and failures [b, s] of s servers in b bins of time, and each bin's length [b].

    `nobody` and `lost` [b] are trials that got no server, and failures among them.
    """

    trials: FloatArray
    failures: FloatArray
    nobody: FloatArray
    lost: FloatArray
    length: FloatArray

    @property
    def observed(self) -> float:
        """All failures."""
        return float(self.failures.sum() + self.lost.sum())

    @property
    def demand(self) -> FloatArray:
        """All trials of each bin, [b]."""
        return np.asarray(self.trials.sum(axis=1) + self.nobody)


@dataclass(frozen=True, slots=True)
class Prevented:
    """Failures that other shares would have prevented: the least, the likely and the most."""

    low: float
    middle: float
    high: float
    interval: Interval


def prevented(
    before: Bins, during: Bins, shares: FloatArray, *, rounds: int = 200, seed: int = 1
) -> Prevented:
    """Standardises the failures of a period to other shares of its trials.

    The least that is prevented leaves each server the rate that it has at its load: direct
    standardisation, which lets a relieved server fail on. The most gives each its rate of before.
    In between each server's rate follows its load by an isotonic regression over the bins, never
    beyond a load that it had, or else that any server had. The interval reaches from the least's
    2.5 % to the most's 97.5 % when the bins are drawn again; the same seed gives the same.

    Args:
        before: bins of a time when all was well; may have none.
        during: bins of the time in question.
        shares: [s], of the trials that each server should have had; they sum to 1.
        rounds: how often to draw anew.
        seed: of the draws.
    """
    low, high = (float(bound[0]) for bound in _bounds(_sums(before), _sums(during), shares))
    middle = during.observed - _curve(before, during, shares)
    rng = np.random.default_rng(seed)
    earlier, later = (
        _sums(bins, _draws(len(bins.length), rounds, rng)) for bins in (before, during)
    )
    drawn = _bounds(earlier, later, shares) * during.observed / np.maximum(later[3], 1e-9)
    least, most = np.quantile(drawn[0], 0.025), np.quantile(drawn[1], 0.975)
    interval = Interval(min(float(least), low), max(float(most), high))
    return Prevented(low, min(max(middle, low), high), high, interval)


def _draws(size: int, rounds: int, rng: np.random.Generator) -> FloatArray:
    """How often each bin is drawn in each round, [r, b]."""
    if not size:
        return np.zeros((rounds, 0))
    return rng.multinomial(size, np.full(size, 1 / size), size=rounds).astype(np.float64)


def _sums(bins: Bins, times: FloatArray | None = None) -> tuple[FloatArray, ...]:
    """Trials and failures of each server [r, s], then all trials and all failures [r]."""
    weight = np.ones((1, len(bins.length))) if times is None else times
    trials, failures = weight @ bins.trials, weight @ bins.failures
    demand = trials.sum(axis=1) + weight @ bins.nobody
    return trials, failures, demand, failures.sum(axis=1) + weight @ bins.lost


def _bounds(
    before: tuple[FloatArray, ...], during: tuple[FloatArray, ...], shares: FloatArray
) -> FloatArray:
    """What is prevented at the least and at the most, [2, r]."""
    usual = _usual(before, during, shares)
    now = _rates(during[0], during[1], usual)
    kept = [during[2] * (rates * shares).sum(axis=1) for rates in (now, usual)]
    fewer: FloatArray = during[3] - np.stack([np.maximum(*kept), kept[1]])
    return np.maximum(fewer, 0.0)


def _rates(trials: FloatArray, failures: FloatArray, otherwise: FloatArray) -> FloatArray:
    return np.where(trials > 0, failures / np.maximum(trials, 1.0), otherwise)


def _usual(
    before: tuple[FloatArray, ...], during: tuple[FloatArray, ...], shares: FloatArray
) -> FloatArray:
    """Each server's rate before, or the pool's; without a past, that of those not overloaded."""
    spared = during[0] <= shares * during[2][:, None]
    peers = [(part * spared).sum(axis=1, keepdims=True) for part in during[:2]]
    none = np.zeros_like(peers[0])
    pool = [part.sum(axis=1, keepdims=True) for part in before[:2]]
    general = _rates(pool[0], pool[1], _rates(peers[0], peers[1], none))
    return _rates(before[0], before[1], np.broadcast_to(general, before[0].shape))


def _curve(before: Bins, during: Bins, shares: FloatArray) -> float:
    """Failures that are left where each server's rate follows its load."""
    load = np.concatenate([b.trials / b.length[:, None] for b in (before, during)])
    trials = np.concatenate([before.trials, during.trials])
    failures = np.concatenate([before.failures, during.failures])
    common = _fit(load.ravel(), trials.ravel(), failures.ravel())
    left = 0.0
    for server, share in enumerate(shares.tolist()):
        wanted = during.demand * share
        own = _fit(load[:, server], trials[:, server], failures[:, server])
        left += float((wanted * _looked_up(wanted / during.length, own, common)).sum())
    return left


def _fit(
    load: FloatArray, trials: FloatArray, failures: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Loads in order and the rates at them, never falling: isotonic regression by trials."""
    known = np.flatnonzero(trials > 0)
    order = known[np.argsort(load[known], kind="stable")]
    if not len(order):
        return np.empty(0), np.empty(0)
    return load[order], isotonic(failures[order] / trials[order], trials[order])


def _looked_up(
    load: FloatArray, own: tuple[FloatArray, FloatArray], common: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """The rate at each load by the server's own curve within it, else by that of all."""
    if not len(common[0]):
        return np.zeros_like(load)
    shared = np.interp(load, *common)
    if not len(own[0]):
        return np.asarray(shared)
    inside = (load >= own[0][0]) & (load <= own[0][-1])
    return np.where(inside, np.interp(load, *own), shared)
