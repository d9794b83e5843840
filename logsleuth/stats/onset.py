"""When it began: an onset with its uncertainty, from bins or from single events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from logsleuth.stats.arrays import (
    FloatArray,
    as_floats,
    as_successes,
    check_level,
)
from logsleuth.stats.likelihoods import split_profile, sums

if TYPE_CHECKING:
    from logsleuth.stats.scan import Segment

ALARM = 12.0
"""Evidence after which a search ends: against an earlier onset, or for one by now."""
LEAST_RAMP = 4
"""The fewest bins that make a rise a ramp and not a step."""
RAMP_GRID = 40
"""Starts and rates tried when a ramp is fitted."""
TINY = 1e-9
"""A log-likelihood ratio that is rounding."""


@dataclass(frozen=True, slots=True)
class Onset:
    """Indices of bins: the onset lies from `earliest` to `latest`, both included."""

    earliest: int
    estimate: int
    latest: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the rate of a flag: events before `index` had one rate, from it on another.

    `earliest` and `latest` are indices of events as well, the confidence set of `index`; `time` is
    the time of the event at `index`.
    """

    index: int
    time: float
    earliest: int
    latest: int
    llr: float
    rate_before: float
    rate_after: float


def likelihood_drop(level: float = 0.95) -> float:
    """How far the log-likelihood may fall within a change point's confidence set.

    -ln(1 - sqrt(level)), 3.68 for 0.95, and not the 1.92 of regular parameters: the maximum of the
    walks to either side. Siegmund (1988), "Confidence sets in change-point problems".

    Raises:
        ValueError: the level is not between 0 and 1.
    """
    check_level(level)
    return -math.log(1.0 - math.sqrt(level))


def refine_onset(
    k: npt.ArrayLike,
    n: npt.ArrayLike,
    segment: Segment,
    p0: float | None = None,
    level: float = 0.95,
) -> Onset:
    """The onset of an episode, looked for backwards from where the scan put its start.

    A scan dates a ramp too late. A CUSUM (Page 1954) from the start backwards, p0 against max(5 p0,
    p0 + 0.005), extends the episode over bins that were already worse than before; it ends when
    `ALARM` speaks against, so an earlier episode is not reached. The estimate moves only for
    evidence that chance rarely gives (see `likelihood_drop`).

    The bounds cover the profile likelihood's set for one step (Hinkley 1970, Siegmund 1988). For a
    ramp, `earliest` is that of a line fitted up from p0; `latest` is never after the bin by which
    the CUSUM from the foot onwards reached `ALARM`.

    Args:
        k: failures per bin, [T], the series that was scanned.
        n: requests per bin, [T].
        segment: the episode.
        p0: the rate before; None for the segment's `rate_out`.
        level: confidence of the profile likelihood's set.

    Raises:
        ValueError: lengths differ, a count is unusable, the segment is not of this series, or the
            level is unusable.
    """
    k, n = as_successes(k, n)
    start, stop = segment.start, segment.stop
    if not 0 <= start < stop <= k.size:
        message = f"the segment [{start}, {stop}) is not one of {k.size} bins"
        raise ValueError(message)
    drop, before = likelihood_drop(level), segment.rate_out if p0 is None else p0
    evidence = _evidence(k[:stop], n[:stop], before, segment.rate_in)
    foot, gain, reach = _backwards(evidence[:start])
    estimate = foot if gain >= drop else start
    profile = _directed_profile(k[reach:stop], n[reach:stop], "rise")
    likely = reach + np.flatnonzero(profile >= max(float(profile.max()) - drop, TINY))
    first, last = (int(likely[0]), int(likely[-1])) if likely.size else (start, start)
    top = max(reach + int(profile.argmax()), foot)
    ramp = reach + _ramp_start(k[reach:top], n[reach:top], before)
    earliest = min(first, foot, ramp)
    alarm = np.flatnonzero(np.cumsum(evidence[foot:]) > ALARM)
    undeniable = foot + int(alarm[0]) if alarm.size else stop - 1
    return Onset(earliest, estimate, max(estimate, min(max(last, start), undeniable)))


def step_location(
    times: npt.ArrayLike,
    flags: npt.ArrayLike,
    window: tuple[float, float] | None = None,
    direction: Literal["rise", "drop"] = "rise",
    level: float = 0.95,
) -> Step | None:
    """The event at which the rate of a flag steps up (or down), by exact Bernoulli likelihood.

    Events of one time are never separated: with stamps of whole seconds the step falls on the
    first event of a second. Hinkley (1970), Siegmund (1988) for the set.

    Args:
        times: [N], sorted, in any unit.
        flags: [N], true where the event failed (or was slow).
        window: look only at events from its first time up to, without, its second.
        direction: which way the rate steps.
        level: confidence of the set from `earliest` to `latest`.

    Returns:
        The step with the greatest likelihood, None when the window holds none in this direction.

    Raises:
        ValueError: lengths differ, the times aren't sorted or not finite, or the level is unusable.
    """
    times, hits = as_floats(times, "times"), np.asarray(flags, dtype=np.bool_)
    if times.shape != hits.shape or (np.diff(times) < 0).any():
        message = "times and flags need one length, and the times to be sorted"
        raise ValueError(message)
    low, high = (0, times.size)
    if window is not None:
        low, high = np.searchsorted(times, window).tolist()
    drop, success = likelihood_drop(level), hits[low:high].astype(np.float64)
    profile = _directed_profile(success, np.ones(success.size), direction)
    profile[1:][np.diff(times[low:high]) == 0] = 0.0
    likely = np.flatnonzero(profile >= max(float(profile.max(initial=0.0)) - drop, TINY))
    if not likely.size:
        return None
    best = int(profile.argmax())
    return Step(
        index=low + best,
        time=float(times[low + best]),
        earliest=low + int(likely[0]),
        latest=low + int(likely[-1]),
        llr=float(profile[best]),
        rate_before=float(success[:best].mean()),
        rate_after=float(success[best:].mean()),
    )


def _evidence(k: FloatArray, n: FloatArray, before: float, inside: float) -> FloatArray:
    """Per bin, the log-likelihood ratio of "already worse" against "as before"."""
    before = max(before, 0.5 / max(float(n.sum()), 1.0))
    after = min(max(5.0 * before, before + 0.005), inside, 0.999)
    if not before < after:
        return np.zeros(k.size)
    return k * math.log(after / before) + (n - k) * math.log((1.0 - after) / (1.0 - before))


def _backwards(evidence: FloatArray) -> tuple[int, float, int]:
    """The foot of a ramp up to the end, the evidence for it, and the first bin looked at."""
    start = evidence.size
    if start == 0:
        return 0, 0.0, 0
    walk = np.cumsum(evidence[::-1])
    stopped = np.flatnonzero(np.maximum(np.maximum.accumulate(walk), 0.0) - walk > ALARM)
    seen = int(stopped[0]) + 1 if stopped.size else start
    best = int(walk[:seen].argmax())
    if walk[best] <= 0:
        return start, 0.0, start - seen
    return start - best - 1, float(walk[best]), start - seen


def _ramp_start(k: FloatArray, n: FloatArray, p0: float) -> int:
    """The earliest likely start of a rise from p0, in a line, up to the end of these bins.

    The profile likelihood of a hinge, over a grid of starts and of rates at the end; a start is
    likely within 1.92 of the best. The number of bins when there is no such rise, or a short one.
    """
    size = k.size
    p0 = min(max(p0, 0.5 / max(float(n.sum()), 1.0)), 0.99)
    starts = np.unique(np.linspace(0, size, min(size + 1, RAMP_GRID)).astype(np.int64))
    climb = (
        np.maximum(np.arange(size) + 0.5 - starts[:, None], 0.0) / (size - starts + 0.5)[:, None]
    )
    fits = []
    for end in np.geomspace(p0, 0.99, RAMP_GRID):
        rate = p0 + (end - p0) * climb
        fits.append(np.log(rate) @ k + np.log1p(-np.minimum(rate, 0.999)) @ (n - k))
    profile = np.max(fits, axis=0)
    flat = k.sum() * math.log(p0) + (n - k).sum() * math.log1p(-p0)
    if profile.max() - flat < likelihood_drop() or size - starts[profile.argmax()] < LEAST_RAMP:
        return size
    return int(starts[np.flatnonzero(profile >= profile.max() - 1.92)[0]])


def _directed_profile(
    k: FloatArray, n: FloatArray, direction: Literal["rise", "drop"]
) -> FloatArray:
    """The profile of the steps that go the wanted way; 0 elsewhere."""
    if k.size < 2:
        return np.zeros(k.size)
    surplus = sums(n)[:-1] * k.sum() - sums(k)[:-1] * n.sum()
    wanted = surplus > 0 if direction == "rise" else surplus < 0
    return np.where(wanted, split_profile(k, n), 0.0)
