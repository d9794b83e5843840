"""The time axis in bins, and the stretches of it in which more went badly than elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from logsleuth.analyses.badness import Badness
from logsleuth.stats.episodes import episodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.stats.scan import Segment

Measure = Literal["failures", "latency", "refusals"]

_BINS: Final = 400
_PER_BIN: Final = 5.0
# Practical floors: fewer bad requests than this are no incident, however unlikely.
_FLOORS: Final[dict[str, tuple[float, float, float]]] = {
    "failures": (12.0, 2.0, 0.01),
    "refusals": (15.0, 3.0, 0.02),
    "latency": (25.0, 2.5, 0.05),
}
# The ratio that is asked where no incident is meant.
_LESS: Final = 1.5
# Powers of the number of bins: chance brings it to one in ten thousand, or in a hundred.
_SURELY: Final = 3.0
_LIKELY: Final = 2.0
# Of all requests not answered: no service does that every day.
_GRAVE: Final = 0.05
# A shorter spell of slowness is a hiccup: in seconds, and as a share of the evidence.
_HICCUP_S: Final = 3.0
_HICCUP: Final = 0.035
_HICCUP_MOST_S: Final = 120.0
# And so is what comes to less than if everything had been slow for so long.
_WHOLE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch in which one measure stood out, in bins."""

    measure: Measure
    segment: Segment
    solid: bool
    """Long enough to be an incident by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The time axis: `count` bins of `width` seconds, and each request's bin.

    What began before the log did isn't `seen`, for only the slow ones of it are in the log; nor
    is what isn't asked for.
    """

    since: float
    width: float
    count: int
    index: Array
    seen: Array
    requests: Array

    @staticmethod
    def of(traffic: Traffic, among: Array | None = None) -> Bins:
        """Divide the evidence into bins that hold some requests each, all or those flagged."""
        seen = traffic.started >= traffic.logged_since
        if among is None:
            return Bins._cut(traffic, traffic.started, seen, len(traffic))
        return Bins._cut(traffic, traffic.started, seen & among, int(among.sum()))

    @staticmethod
    def of_some(traffic: Traffic, chosen: Array) -> Bins:
        """Divide the evidence by requests at these positions, and hold only them."""
        started = traffic.started[chosen]
        return Bins._cut(traffic, started, started >= traffic.logged_since, len(chosen))

    @staticmethod
    def _cut(traffic: Traffic, started: Array, seen: Array, requests: int) -> Bins:
        since = traffic.logged_since
        span = max(traffic.until - since, 1e-3)
        width = max(span / _BINS, _PER_BIN * span / requests)
        count = max(int(np.ceil(span / width)), 1)
        index = np.clip(((started - since) / width).astype(np.int64), 0, count - 1)
        return Bins(
            since, width, count, index, seen, np.bincount(index, weights=seen, minlength=count)
        )

    def tally(self, flags: Array) -> Array:
        """Count the flagged requests of each bin."""
        return np.bincount(self.index, weights=flags & self.seen, minlength=self.count)

    def begins(self, bin_index: float) -> float:
        """When a bin begins, in seconds since 1970."""
        return self.since + bin_index * self.width


def by_server(
    traffic: Traffic, badness: Badness, least: int
) -> Iterator[tuple[int, Bins, Badness]]:
    """Each server's requests by themselves: its code, bins as `Bins.of` has them, and their flags.

    Servers with fewer bad requests than `least` are left out, and one that has all requests.
    """
    yield from _each(traffic, badness, traffic.first_server, traffic.servers, least)


def by_route(traffic: Traffic, badness: Badness, least: int) -> Iterator[tuple[int, Bins, Badness]]:
    """The same of each route, and of what was not answered only: routes are slow by nature."""
    quick = np.zeros(len(traffic), dtype=bool)
    answered = Badness(badness.failed, badness.misplaced, quick, badness.threshold_s)
    yield from _each(traffic, answered, traffic.route, traffic.routes, least)


def _each(
    traffic: Traffic, badness: Badness, codes: Array, names: Sequence[str], least: int
) -> Iterator[tuple[int, Bins, Badness]]:
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
    bad = np.bincount(codes[badness.bad], minlength=len(names))
    for code, name in enumerate(names):
        mine = order[bounds[code] : bounds[code + 1]]
        if name and bad[code] >= least and len(mine) < len(traffic):
            own = Badness(
                badness.failed[mine], badness.misplaced[mine], badness.slow[mine],
                badness.threshold_s[mine],
            )  # fmt: skip
            yield code, Bins.of_some(traffic, mine), own


def flags_of(badness: Badness) -> dict[Measure, Array]:
    """The flags of the requests that went badly, by the way they did."""
    return {"failures": badness.failed, "refusals": badness.misplaced, "latency": badness.slow}


def scan(bins: Bins, badness: Badness, stricter: float = 1.0) -> list[Episode]:
    """All episodes of all measures; `stricter` times as many bad requests are asked, and as long.

    Below 1 it asks for less of everything, and finds what is no incident but not nothing either.
    """
    return [
        Episode(measure, segment, _solid(bins, measure, segment, stricter))
        for measure, flags in flags_of(badness).items()
        for segment in _scan(bins, flags, measure, stricter)
    ]


def scan_grave(bins: Bins, badness: Badness) -> list[Episode]:
    """Episodes that are likely only, but in which one request of twenty or more was not answered.

    Next to a short baseline nothing is sure to have begun; but had it not, the service would fail
    as much from the first line to the last.
    """
    flags = flags_of(badness)
    return [
        Episode(measure, segment, solid=True)
        for measure in ("failures", "refusals")
        for segment in _scan(bins, flags[measure], measure, 1.0, _LIKELY)
        if segment.rate_in >= _GRAVE
    ]


def scan_by_status(
    bins: Bins, badness: Badness, status: Array, stricter: float = 1.0
) -> list[Episode]:
    """All episodes of failures with one status: what is new may drown in everyday ones of another.

    `status` has one for each request, -1 or less where there is none.
    """
    codes, counts = np.unique(status[badness.failed & bins.seen], return_counts=True)
    few = _FLOORS["failures"][0] * stricter
    return [
        Episode("failures", segment, _solid(bins, "failures", segment, stricter))
        for code in codes[(counts >= few) & (counts < counts.sum())].tolist()
        for segment in _scan(bins, badness.failed & (status == code), "failures", stricter)
    ]


def _scan(
    bins: Bins, flags: Array, measure: Measure, stricter: float, power: float | None = None
) -> tuple[Segment, ...]:
    excess, ratio, difference = _FLOORS[measure]
    tally = bins.tally(flags)
    if tally.sum() < excess * stricter:
        return ()
    return episodes(
        tally,
        bins.requests,
        min_excess=excess * stricter,
        min_ratio=ratio if stricter >= 1.0 else _LESS,
        min_difference=difference * min(stricter, 1.0),
        phi=2.0 if measure == "latency" else 1.0,
        power=power or (_SURELY if stricter >= 1.0 else _LIKELY),
    )


def _solid(bins: Bins, measure: Measure, segment: Segment, stricter: float) -> bool:
    floor_s = max(_HICCUP_S, _WHOLE_S / max(segment.rate_in, 1e-3))
    least = max(floor_s, min(_HICCUP * bins.count * bins.width, _HICCUP_MOST_S)) * stricter
    long = (segment.stop - segment.start) * bins.width >= least
    return long or (measure != "latency" and stricter == 1.0)
