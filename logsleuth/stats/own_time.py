"""What requests of one kind took longer by themselves, beyond the queue that all kinds shared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.stats.arrays import BoolArray, FloatArray, IntArray

FEWEST: Final = 8
"""Requests of a kind on each side, for its times to tell anything."""
# Means leave out so much at either end, for one request that hangs is not its kind.
_TRIMMED: Final = 0.1
# So many requests that came before and after one are asked how long the queue was then.
_BESIDE: Final = 8
# Of those, so many of other kinds have to be there.
_OTHERS: Final = 4
# As long as it was at least this part of the longest, the queue was not being worked off.
_STANDING: Final = 0.8
# Blocks for the interval: what came together waited together.
_BLOCKS: Final = 20
_UPPER: Final = 0.75
_QUICK: Final = 0.2


@dataclass(frozen=True, slots=True)
class OwnTime:
    """The kind of requests that took most time more by itself; times in seconds.

    `longer_s` is the trimmed mean over its requests of how much longer they took than before, less
    how much longer those of other kinds did that came to the same place around the same time, and
    less what it would have been if all were slowed in proportion to their usual time.
    """

    kind: int
    requests: int
    usual_s: float
    longer_s: float
    interval: Interval
    """At 95 %, with blocks of time."""
    typical_s: float
    """The same by the median, which a few requests for much don't move."""
    waited_s: float
    """What others beside its requests took longer: the queue, by the median."""
    share: float
    """Its part of what all kinds took longer by themselves."""
    added: float
    """That time over what all the requests of the window would have taken as usual."""
    places: float
    """The part of the places with enough of its requests where at least a third of it shows."""
    part_s: float | None
    """How much longer the asked part of its time got, beyond that of others; None if not known."""
    oftener: float
    """Its share of the requests in the incident over that of the baseline."""


@dataclass(frozen=True, slots=True, eq=False)
class _Requests:
    """Columns of one length, ordered by place and then by arrival."""

    starts: IntArray
    kind: IntArray
    began: FloatArray
    took: FloatArray
    usual: FloatArray
    part: FloatArray
    before: BoolArray
    during: BoolArray

    @property
    def longer(self) -> FloatArray:
        return self.took - self.usual[self.kind]


def own_time(
    place: IntArray,
    kind: IntArray,
    began: FloatArray,
    took: FloatArray,
    part: FloatArray,
    before: BoolArray,
    during: BoolArray,
) -> OwnTime | None:
    """Find the kind that added most time of its own; None with fewer than three kinds to compare.

    Who arrives at one place at one time waits for the same workers, whatever he asks for (Wolff
    1982, "Poisson arrivals see time averages"): what neighbours of other kinds took longer is the
    queue, and what is left is the handler's. If work is shared instead of queued, all times grow by
    one factor (Kleinrock 1976, section 4.4), which the other kinds show as well.

    Args:
        place: codes of the queues, [N].
        kind: codes of what was asked for, [N].
        began: arrivals in seconds, [N].
        took: seconds from arrival to the end, or of handling alone, [N].
        part: seconds of that which were spent on something, NaN where that isn't known, [N].
        before: flags of the baseline, [N].
        during: flags of the incident, [N].
    """
    asked = _ordered(place, kind, began, took, part, before, during)
    if asked is None:
        return None
    queue = _beside(asked, asked.longer)
    asked = _while_it_stood(asked, queue)
    first = _growth(asked, asked.longer - queue)
    if np.sum(~np.isnan(first)) < 3:
        return None
    work = np.nan_to_num(np.maximum(first, 0.0)) * _count(asked, asked.during)
    return _of(asked, int(np.argmax(work)), queue)


def beyond_others(
    place: IntArray, began: FloatArray, took: FloatArray, mine: BoolArray
) -> FloatArray:
    """How much longer each request took than those of others around it, whatever they asked for.

    Who comes to one place at one time waits alike, so the median of the eight before and the eight
    behind that are not `mine` is the queue; [N] seconds, NaN where fewer than four of them are.
    """
    order = np.lexsort((began, place))
    # Each of the others is a kind of its own, so that no more than itself is left out.
    kind = np.where(mine, 0, np.arange(1, len(mine) + 1))[order]
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    parts = zip(np.split(kind, starts[1:]), np.split(took[order], starts[1:]), strict=True)
    beyond = np.full(len(took), np.nan)
    if len(took):
        beyond[order] = took[order] - np.concatenate([_around(k, v, 0) for k, v in parts])
    return beyond


def beside_others(
    place: IntArray, kind: IntArray, began: FloatArray, took: FloatArray, kinds: int
) -> FloatArray:
    """How much longer each kind took than the others beside its requests: trimmed means, [kinds].

    No baseline is needed: a queue is as long for all who come at once, and what is left is the time
    that a kind takes by itself, above that of an ordinary one. NaN where fewer than eight tell.
    """
    order = np.lexsort((began, place))
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))[1:]
    parts = zip(np.split(kind[order], starts), np.split(took[order], starts), strict=True)
    own = took[order] - np.concatenate([_around(k, v, -2) for k, v in parts])
    return _by_kind(_mean, own, kind[order], ~np.isnan(own), kinds)


def _ordered(
    place: IntArray,
    kind: IntArray,
    began: FloatArray,
    took: FloatArray,
    part: FloatArray,
    before: BoolArray,
    during: BoolArray,
) -> _Requests | None:
    """Order by place and arrival, without kinds whose usual time isn't known."""
    usual = _by_kind(np.median, took, kind, before, int(kind.max()) + 1)
    order = np.lexsort((began, place))
    order = order[~np.isnan(usual[kind[order]])]
    if not len(order) or not during[order].any():
        return None
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    return _Requests(
        starts, kind[order], began[order], took[order], usual, part[order], before[order],
        during[order],
    )  # fmt: skip


def _beside(asked: _Requests, values: FloatArray, without: int = -1) -> FloatArray:
    """Median value of the neighbours that are of other kinds, NaN where they are too few."""
    parts = zip(
        np.split(asked.kind, asked.starts[1:]), np.split(values, asked.starts[1:]), strict=True
    )
    return np.concatenate([_around(kind, value, without) for kind, value in parts])


def _around(kind: IntArray, values: FloatArray, without: int) -> FloatArray:
    width = 2 * _BESIDE + 1
    seen = np.pad(values, _BESIDE, constant_values=np.nan)
    seen[np.pad(kind, _BESIDE, constant_values=-1) == without] = np.nan
    near = np.lib.stride_tricks.sliding_window_view(seen, width).copy()
    kinds = np.pad(kind, _BESIDE, constant_values=-1)
    near[np.lib.stride_tricks.sliding_window_view(kinds, width) == kind[:, None]] = np.nan
    near.sort(axis=1)
    known = np.sum(~np.isnan(near), axis=1)
    rows = np.arange(len(near))
    middle = (near[rows, np.maximum(known - 1, 0) // 2] + near[rows, known // 2]) / 2
    return np.where(known >= _OTHERS, middle, np.nan)


def _while_it_stood(asked: _Requests, queue: FloatArray) -> _Requests:
    """Leave out what ended while the queue was worked off: the cause may have been over then."""
    waited = queue[asked.during & ~np.isnan(queue)]
    if not len(waited):
        return asked
    long = asked.during & (queue >= _STANDING * np.quantile(waited, 0.95))
    ended = asked.began + asked.took
    until = ended[long].max() if long.any() else np.inf
    return replace(asked, during=asked.during & (ended <= until))


def _growth(asked: _Requests, own: FloatArray) -> FloatArray:
    """Mean of each kind in the incident above that of the baseline, NaN where either fails."""
    known, size = ~np.isnan(own), len(asked.usual)
    growth: FloatArray = _by_kind(_mean, own, asked.kind, asked.during & known, size) - _by_kind(
        _mean, own, asked.kind, asked.before & known, size
    )
    return growth


def _of(asked: _Requests, kind: int, queue: FloatArray) -> OwnTime | None:
    own = asked.longer - queue
    mine = (asked.kind == kind) & ~np.isnan(own)
    now, then = own[mine & asked.during], own[mine & asked.before]
    if min(len(now), len(then)) < FEWEST:
        return None
    # The others beside each other, for this kind is no measure of the queue.
    others = _growth(asked, asked.longer - _beside(asked, asked.longer, kind))
    others[kind] = np.nan
    count = _count(asked, asked.during)
    # Checks that go around the queue make it look shorter than it was for everybody else.
    known = ~np.isnan(others)
    common = max(_quantile(others[known], count[known], 0.5), 0.0)
    others -= common
    even = common + _in_proportion(asked, kind, others)
    longer = _mean(now) - _mean(then) - even
    spent = max(longer, 0.0) * float(count[kind])
    rest = float(np.nansum(np.maximum(others, 0.0) * count))
    wide = 1.96 * float(np.hypot(_error(now, asked.began[mine & asked.during]), _error(then)))
    return OwnTime(
        kind=kind,
        requests=len(now),
        usual_s=float(asked.usual[kind]),
        longer_s=longer,
        interval=Interval(longer - wide, longer + wide),
        typical_s=float(np.median(now) - np.median(then)) - even,
        waited_s=float(np.median(queue[mine & asked.during])),
        share=spent / max(spent + rest, 1e-9),
        added=spent / max(float(np.nansum(asked.usual * count)), 1e-9),
        places=_places(asked, mine & asked.during, own - _mean(then) - even, longer),
        part_s=_part(asked, kind),
        oftener=_share(asked, kind, asked.during) / _share(asked, kind, asked.before),
    )


def _part(asked: _Requests, kind: int) -> float | None:
    """Growth of the part of a kind's time beyond that of its neighbours of other kinds."""
    usual = _by_kind(
        _mean, asked.part, asked.kind, asked.before & ~np.isnan(asked.part), len(asked.usual)
    )
    longer = asked.part - usual[asked.kind]
    growth = float(_growth(asked, longer - np.nan_to_num(_beside(asked, longer)))[kind])
    return None if np.isnan(growth) else growth


def _share(asked: _Requests, kind: int, flags: BoolArray) -> float:
    return float(np.mean(asked.kind[flags] == kind))


def _in_proportion(asked: _Requests, kind: int, others: FloatArray) -> float:
    """What a kind that is slower than its neighbours would take longer if all were slowed alike.

    The others' growth over their distance from their neighbours' usual time; of these slopes the
    upper quartile by weight. What is far quicker than its neighbours isn't asked: a health check
    may go around the queue, and would look as if all were slowed by one factor.
    """
    usual = asked.usual[asked.kind]
    apart = usual - _beside(asked, usual, kind)
    known = asked.during & ~np.isnan(apart)
    distance = _by_kind(np.mean, apart, asked.kind, known, len(asked.usual))
    usable = ~np.isnan(others) & ~np.isnan(distance) & (distance != 0)
    usable &= asked.usual > _QUICK * (asked.usual - distance)
    if np.isnan(distance[kind]) or distance[kind] <= 0 or not usable.any():
        return 0.0
    slopes = others[usable] / distance[usable]
    weight = np.abs(distance[usable]) * _count(asked, known)[usable]
    return max(_quantile(slopes, weight, _UPPER), 0.0) * float(distance[kind])


def _quantile(values: FloatArray, weight: FloatArray, q: float) -> float:
    """The quantile of weighted values; 0 where there are none."""
    if not len(values):
        return 0.0
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][np.searchsorted(reached, q - 1e-9)])


def _error(values: FloatArray, began: FloatArray | None = None) -> float:
    """Standard error of a trimmed mean, from the means of blocks of what came together."""
    ordered = values if began is None else values[np.argsort(began, kind="stable")]
    means = [_mean(part) for part in np.array_split(ordered, min(_BLOCKS, len(values) // 2))]
    return float(np.std(means, ddof=1) / np.sqrt(len(means)))


def _places(asked: _Requests, mine: BoolArray, own: FloatArray, longer: float) -> float:
    """The part of the places where a third of the growth shows."""
    parts = zip(np.split(mine, asked.starts[1:]), np.split(own, asked.starts[1:]), strict=True)
    shows = [_mean(values[flags]) for flags, values in parts if flags.sum() >= FEWEST]
    return sum(one >= longer / 3 for one in shows) / len(shows) if shows else 1.0


def _count(asked: _Requests, flags: BoolArray) -> FloatArray:
    return np.bincount(asked.kind[flags], minlength=len(asked.usual)).astype(np.float64)


def _mean(values: FloatArray) -> float:
    """The mean without the tenth at either end."""
    cut = int(_TRIMMED * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())


def _by_kind(
    of: Callable[[FloatArray], float],
    values: FloatArray,
    kind: IntArray,
    flags: BoolArray,
    size: int,
) -> FloatArray:
    """A figure of each kind, NaN where it has too few values."""
    kinds, chosen = kind[flags], values[flags]
    order = np.argsort(kinds, kind="stable")
    found, starts = np.unique(kinds[order], return_index=True)
    figures = np.full(size, np.nan)
    for code, part in zip(found.tolist(), np.split(chosen[order], starts[1:]), strict=False):
        if len(part) >= FEWEST:
            figures[code] = of(part)
    return figures
