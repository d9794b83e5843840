"""The incident's window, found by itself: when service left its baseline, and when it was back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.scanning import (
    Bins,
    Episode,
    Measure,
    flags_of,
    scan,
    scan_by_status,
    scan_grave,
)
from logsleuth.stats.onset import refine_onset, step_location
from logsleuth.stats.scan import Segment

if TYPE_CHECKING:
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.traffic import Array, Traffic

_FEWEST: Final = 20
# A service that fails more than this from first to last has been down since before the evidence.
ALL_ALONG: Final = 0.10
# Slight slowness may be a busy neighbour's: so many times as much of it is asked, and as long.
_LASTING: Final = 3.0
_NOTICED: Final = (1.33, 1.5)
_ALL_WAIT: Final = (1.5, 1.25)
_SEEN_S: Final = 0.1
# Fewer requests than this part of the usual, and the log was cut off before the rest was written.
_FULL: Final = 0.8
# Episodes nearer than this share of the evidence are one incident, and the calm between those of
# one incident counts as calm from this share on.
_TOGETHER: Final = 0.06
_BREATH: Final = 0.03
# A baseline of fewer requests before the onset gives way to a longer one after the end, once that
# has settled: queues are worked off in seconds, or in a small part of what it took to fill them.
_SPARSE: Final = 400
_SETTLED_S: Final = 2.0
_SETTLED: Final = 0.02


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, in seconds since 1970, its end excluded."""

    since: float
    until: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return max(self.until - self.since, 0.0)

    def inside(self, started: Array) -> Array:
        """Flags of the requests that began in it."""
        return (started >= self.since) & (started < self.until)


@dataclass(frozen=True, slots=True)
class Window:
    """The incident in seconds since 1970; `ended` None: not over when the evidence ends.

    `measure` is what left its baseline most plainly, `measures` all that did.
    `onset` is the start of the first request that went badly, between `earliest` and `latest`.
    `baseline` is what to hold the window against: the time before the onset, or, where the evidence
    begins with the incident, the time after its end.
    """

    measure: Measure
    measures: frozenset[Measure]
    onset: float
    earliest: float
    latest: float
    ended: float | None
    llr: float
    until: float
    baseline: Period
    episodes: tuple[Period, ...] = ()
    """The stretches of it that were bad, in order, where it came and went; none: all of it was."""

    @property
    def stop(self) -> float:
        """The end of what to look at: the incident's, or just past the evidence's."""
        return self.ended if self.ended is not None else self.until

    def inside(self, started: Array) -> Array:
        """Flags of the requests that began in the window, without the calm between its episodes."""
        flags: Array = np.zeros(len(started), dtype=bool)
        for episode in self.episodes or (Period(self.onset, self.stop),):
            flags |= episode.inside(started)
        return flags

    @property
    def bad_seconds(self) -> float:
        """How long it was bad: the window without the calm between its episodes."""
        parts = self.episodes or (Period(self.onset, self.stop),)
        return max(sum(part.seconds for part in parts), 1e-3)

    @property
    def bounds(self) -> dict[str, float]:
        """The window and its baseline as parameters of SQL, seconds since 1970."""
        return {
            "onset": self.onset, "stop": self.stop,
            "calm_since": self.baseline.since, "calm_until": self.baseline.until,
        }  # fmt: skip


def find(traffic: Traffic, badness: Badness) -> Window | None:
    """Scan failures, refusals and slowness, and join what belongs together; None if all is calm."""
    if len(traffic) < _FEWEST or traffic.until <= traffic.since:
        return None
    window = scanned(traffic, badness, Bins.of(traffic))
    if window is None:
        return _all_along(traffic, badness)
    calm = window.baseline.inside(traffic.started)
    # What fails that much outside of the window as well has no baseline: only degrees of worse.
    if calm.any() and float(badness.unanswered[calm].mean()) >= ALL_ALONG:
        return _all_along(traffic, badness) or window
    return window


def scanned(traffic: Traffic, badness: Badness, bins: Bins, stricter: float = 1.0) -> Window | None:
    """Find the window of the likeliest episode; `stricter` times as much and as long is asked."""
    found = scan(bins, badness, stricter)
    if stricter == 1.0:
        if not any(e.solid for e in found):
            found += scan_by_status(bins, badness, traffic.status)
        if not any(e.solid for e in found):
            found += scan_grave(bins, badness)
    main = max((e for e in found if e.solid), key=lambda e: e.segment.llr, default=None)
    if main is None:
        return None
    return _window(traffic, badness, bins, _joined(found, main, bins.count), main)


def lasting(traffic: Traffic, badness: Badness) -> Window | None:
    """Scan for slowness that is slight, but lasts; `badness` has been asked for little of it."""
    if len(traffic) < _FEWEST or traffic.until <= traffic.since:
        return None
    window = scanned(traffic, badness, Bins.of(traffic), _LASTING)
    return window if window is not None and _noticed(traffic, window) else None


def around(traffic: Traffic, badness: Badness, bins: Bins, episode: Episode) -> Window:
    """Refine a single episode to a window with its baseline, as `find` does with several."""
    return _window(traffic, badness, bins, [episode], episode)


def between(
    traffic: Traffic, badness: Badness, measure: Measure, since: float, until: float
) -> Window:
    """Make a window of what another log tells of, from `since` to `until` in seconds since 1970."""
    bins = Bins.of(traffic)
    start, stop = (int((at - bins.since) / bins.width) for at in (since, until))
    start = min(max(start, 0), bins.count - 1)
    segment = Segment(start, min(max(stop, start) + 1, bins.count), 0.0, 0.0, 0.0)
    return around(traffic, badness, bins, Episode(measure, segment, solid=True))


def _noticed(traffic: Traffic, window: Window) -> bool:
    """Whether the median grew by a third and the 95th percentile by half, as people notice.

    Or the one by half and a tenth of a second and the other by a quarter: what all wait longer for.
    """
    known = ~np.isnan(traffic.duration_s)
    before, during = (
        traffic.duration_s[known & side.inside(traffic.started)]
        for side in (window.baseline, window)
    )
    if not len(before) or not len(during):
        return False
    now, then = (np.quantile(side, (0.5, 0.95)) for side in (during, before))
    grew = now / np.maximum(then, 1e-3)
    all_wait = (grew >= _ALL_WAIT).all() and now[0] - then[0] >= _SEEN_S
    return bool((grew >= _NOTICED).all() or all_wait)


def _joined(found: list[Episode], main: Episode, count: int) -> list[Episode]:
    """The main episode and what touches or repeats it; a hiccup counts if it leads into it."""
    gap = max(_TOGETHER * count, 2.0)
    group = [main]
    grown = True
    while grown:
        near = [e for e in found if e not in group and _touches(e, group, gap if e.solid else 1.0)]
        group += near
        grown = bool(near)
    group += [
        e for e in found
        if e not in group and e.measure == main.measure and e.segment.llr > 0.2 * main.segment.llr
    ]  # fmt: skip
    return group


def _touches(episode: Episode, group: list[Episode], gap: float) -> bool:
    low = min(e.segment.start for e in group) - gap
    high = max(e.segment.stop for e in group) + gap
    return episode.segment.start <= high and episode.segment.stop >= low


def _window(
    traffic: Traffic, badness: Badness, bins: Bins, group: list[Episode], main: Episode
) -> Window:
    flags = np.zeros(len(traffic), dtype=bool)
    measures = frozenset(e.measure for e in group)
    for measure in sorted(measures):
        flags |= flags_of(badness)[measure] & bins.seen
    first = min(group, key=lambda e: e.segment.start)
    last = max(group, key=lambda e: e.segment.stop)
    low, onset, high = _begin(traffic, bins, flags, first)
    ended = _end(traffic, bins, flags, last, onset)
    return Window(
        measure=main.measure,
        measures=measures,
        onset=onset,
        earliest=min(low, onset),
        latest=max(high, onset),
        ended=ended,
        llr=main.segment.llr,
        until=traffic.until + 1e-3,
        baseline=_baseline(traffic, onset, ended),
        episodes=_episodes(bins, group, onset, traffic.until + 1e-3 if ended is None else ended),
    )


def _episodes(bins: Bins, group: list[Episode], onset: float, stop: float) -> tuple[Period, ...]:
    """The bad stretches of all measures as one list; what is only a breath apart is one stretch."""
    breath = max(_BREATH * bins.count, 3.0)
    parts: list[list[int]] = []
    for segment in sorted((e.segment for e in group), key=lambda s: (s.start, s.stop)):
        if parts and segment.start <= parts[-1][1] + breath:
            parts[-1][1] = max(parts[-1][1], segment.stop)
        else:
            parts.append([segment.start, segment.stop])
    bounds = [[bins.begins(low), bins.begins(high)] for low, high in parts]
    bounds[0][0], bounds[-1][1] = onset, stop
    return tuple(Period(low, high) for low, high in bounds)


def _baseline(traffic: Traffic, onset: float, ended: float | None) -> Period:
    """The time before the onset; if that is next to nothing, what came well after the end."""
    before = Period(traffic.since, onset)
    if ended is None:
        return before
    after = Period(ended + max(_SETTLED_S, _SETTLED * (ended - onset)), traffic.until + 1e-3)
    early, late = (int(p.inside(traffic.started).sum()) for p in (before, after))
    return after if early < _SPARSE and late > 2 * early else before


def _begin(
    traffic: Traffic, bins: Bins, flags: Array, episode: Episode
) -> tuple[float, float, float]:
    """Refine the onset from bins to the request: the exact step near where the bins have it."""
    rough = refine_onset(bins.tally(flags), bins.requests, episode.segment)
    reach = 3
    low = bins.begins(rough.estimate - reach)
    high = bins.begins(max(rough.estimate, episode.segment.start) + reach + 1)
    step = step_location(traffic.started, flags, (low, high))
    if step is None:
        return (
            bins.begins(rough.earliest),
            bins.begins(rough.estimate),
            bins.begins(rough.latest + 1),
        )
    started = traffic.started
    bad = np.flatnonzero(flags[step.index :])
    onset = started[step.index + int(bad[0])] if len(bad) else step.time
    return float(started[step.earliest]), float(onset), float(started[step.latest])


def _end(
    traffic: Traffic, bins: Bins, flags: Array, episode: Episode, onset: float
) -> float | None:
    stop = episode.segment.stop
    if stop >= bins.count - 1 or _cut_off(traffic, bins, flags, stop):
        return None
    low = max(bins.begins(stop - 4), onset)
    step = step_location(traffic.started, flags, (low, bins.begins(stop + 4)), direction="drop")
    return float(step.time) if step is not None else bins.begins(stop)


def _cut_off(traffic: Traffic, bins: Bins, flags: Array, stop: int) -> bool:
    """Whether the evidence ends before the last slow requests did: the quick ones alone are in it.

    Servers log a request when it is over. So after the true end there are as many requests as ever,
    and after the last line's time minus what the bad ones take there are fewer.
    """
    took = traffic.duration_s[flags & bins.seen]
    took = took[~np.isnan(took)]
    if not len(took) or bins.begins(bins.count - stop) - bins.since > 1.5 * np.quantile(took, 0.9):
        return False
    usual = float(np.median(bins.requests[:stop])) if stop else 0.0
    return float(bins.requests[stop:].mean()) < _FULL * usual


def _all_along(traffic: Traffic, badness: Badness) -> Window | None:
    """A service that is down from the first line to the last has no baseline in the evidence."""
    bad = badness.unanswered
    if float(bad.mean()) < ALL_ALONG or int(bad.sum()) < _FEWEST:
        return None
    failed = badness.failed.sum() >= badness.misplaced.sum()
    return whole(traffic, "failures" if failed else "refusals", float(bad.sum()))


def whole(traffic: Traffic, measure: Measure, llr: float) -> Window:
    """Take all of the evidence as a window, without a baseline."""
    return Window(
        measure=measure,
        measures=frozenset({measure}),
        onset=traffic.since,
        earliest=traffic.since,
        latest=traffic.since,
        ended=None,
        llr=llr,
        until=traffic.until + 1e-3,
        baseline=Period(traffic.since, traffic.since),
    )
