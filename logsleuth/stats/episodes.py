"""All the stretches of time in which a failure rate stood out enough to matter.

Binary segmentation with the epidemic alternative (Olshen et al. 2004, "Circular binary
segmentation") cuts the series into pieces of constant rate; the cuts are then settled against
their neighbours, and the weak ones undone. What the lowest piece shows is the baseline, and
neighbouring pieces that stand above it are one episode. So two episodes don't hide each other, a
quiet night doesn't make the day an incident, and a ramp is found from its foot.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import BoolArray, FloatArray, IntArray, as_successes, check_positive
from logsleuth.stats.likelihoods import binomial, split_profile
from logsleuth.stats.scan import Segment, binomial_score
from logsleuth.stats.search import best_interval

BASELINE_SHARE = 0.05
"""The share of all trials that a piece needs to serve as the first guess of the baseline."""


def episodes(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    min_length: int = 1,
    min_excess: float = 20.0,
    min_ratio: float = 2.0,
    min_difference: float = 0.005,
    phi: float = 1.0,
    power: float = 3.0,
) -> tuple[Segment, ...]:
    """The episodes of raised failure rate, in order of time.

    An episode has a log-likelihood ratio (over phi) above `power` ln T, and passes every practical
    floor against the baseline, the bins outside all episodes. A series that is bad throughout has
    none: it holds no baseline.

    Args:
        k: failures per bin, [T].
        n: requests per bin, [T].
        min_length: the fewest bins of a piece sought.
        min_excess: the fewest failures above what the baseline would have given.
        min_ratio: the least rate over the baseline's.
        min_difference: the least rate minus the baseline's.
        phi: how much burstier than independent the failures are (retries, clusters).
        power: what chance may bring: of T bins one in about T ** (power - 1) series has an episode.

    Returns:
        Segments that neither touch nor overlap; `rate_out` is the baseline, the same for all.

    Raises:
        ValueError: lengths differ, a count is negative or not finite, k exceeds n, or phi is not
            above 0.
    """
    k, n = as_successes(k, n)
    check_positive(phi, "phi")
    bar = power * np.log(max(k.size, 2)) * phi
    cuts = _settled(k, n, _cuts(k, n, bar, min_length), bar / 2.0)
    k_piece, n_piece = _per_piece(k, cuts), _per_piece(n, cuts)
    raised = _raised(k_piece, n_piece, min_ratio, min_difference, bar / 2.0)
    base_k, base_n = float(k_piece[~raised].sum()), float(n_piece[~raised].sum())
    found = (
        _segment(k, n, start, stop, base_k, base_n, phi) for start, stop in _runs(raised, cuts)
    )
    return tuple(one for one in found if one.llr * phi > bar and _excess(one, n) >= min_excess)


def _cuts(k: FloatArray, n: FloatArray, bar: float, min_length: int) -> list[int]:
    """Bounds of pieces, first 0, last T: every piece is cut where a stretch of it stands out."""
    cuts, pending = {0, k.size}, [(0, k.size)]
    while pending:
        low, high = pending.pop()
        if high - low < 2:
            continue
        score = binomial_score(k[low:high], n[low:high])
        start, stop, llr = best_interval(score, high - low, min_length)
        if llr > bar:
            bounds = sorted({low, low + start, low + stop, high})
            cuts.update(bounds)
            pending.extend(pairwise(bounds))
    return sorted(cuts)


def _settled(k: FloatArray, n: FloatArray, cuts: list[int], bar: float) -> list[int]:
    """Each cut moved to the best place between its neighbours; the weakest undone in turn.

    A cut costs half of what a stretch, which has two, must bring.
    """
    while len(cuts) > 2:
        strengths = []
        for at in range(1, len(cuts) - 1):
            low, high = cuts[at - 1], cuts[at + 1]
            profile = split_profile(k[low:high], n[low:high])
            if profile.max() > profile[cuts[at] - low] + 1e-9:
                cuts[at] = low + int(profile.argmax())
            strengths.append(float(profile.max()))
        weakest = int(np.argmin(strengths))
        if strengths[weakest] > bar:
            break
        del cuts[weakest + 1]
    return cuts


def _per_piece(values: FloatArray, cuts: list[int]) -> FloatArray:
    return np.add.reduceat(values, cuts[:-1]) if values.size else values


def _raised(
    k: FloatArray, n: FloatArray, min_ratio: float, min_difference: float, bar: float
) -> BoolArray:
    """The pieces above the baseline: first that of the lowest piece, then of all not raised.

    The lowest may be so by luck: what only chance parts from it is baseline, too.
    """
    rate = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
    solid = (n > 0) & (n >= BASELINE_SHARE * n.sum())
    raised: BoolArray = rate > rate[solid].min(initial=1.0)
    raised &= _apart(k, n, raised) > bar
    for _ in range(2):
        base = float(k[~raised].sum() / max(n[~raised].sum(), 1.0))
        apart = _apart(k, n, raised) > bar
        raised = apart & (rate > 0) & (rate >= min_ratio * base) & (rate - base >= min_difference)
    return raised


def _apart(k: FloatArray, n: FloatArray, raised: BoolArray) -> FloatArray:
    """How clearly each piece has another rate than the others that aren't raised."""
    others_k, others_n = (v[~raised].sum() - np.where(raised, 0.0, v) for v in (k, n))
    together = binomial(k + others_k, n + others_n)
    found: FloatArray = binomial(k, n) + binomial(others_k, others_n) - together
    return found


def _runs(raised: BoolArray, cuts: list[int]) -> list[tuple[int, int]]:
    edges: IntArray = np.flatnonzero(np.diff(np.concatenate([[False], raised, [False]])))
    return [(cuts[first], cuts[last]) for first, last in edges.reshape(-1, 2).tolist()]


def _segment(
    k: FloatArray,
    n: FloatArray,
    start: int,
    stop: int,
    base_k: float,
    base_n: float,
    phi: float,
) -> Segment:
    start += int((n[start:stop] > 0).argmax())
    inside = np.array([k[start:stop].sum(), n[start:stop].sum()])
    outside = np.array([base_k, base_n])
    llr = binomial(*inside) + binomial(*outside) - binomial(*(inside + outside))
    rate_out = base_k / base_n if base_n > 0 else 0.0
    return Segment(start, stop, float(llr) / phi, float(inside[0] / inside[1]), rate_out)


def _excess(one: Segment, n: FloatArray) -> float:
    return (one.rate_in - one.rate_out) * float(n[one.start : one.stop].sum())
