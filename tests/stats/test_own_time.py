"""A kind of requests that is slow by itself, among queues that make all of them wait."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from logsleuth.stats.own_time import beyond_others, own_time

if TYPE_CHECKING:
    from logsleuth.stats.arrays import BoolArray, FloatArray, IntArray
    from logsleuth.stats.own_time import OwnTime

USUAL: Final = np.array([0.05, 0.08, 0.12, 0.3])
ONSET: Final = 60.0
UNTIL: Final = 100.0
REPORT: Final = 3


@dataclass
class Asked:
    """Requests for four kinds at four places, by arrival; a test bends `work`."""

    place: IntArray
    kind: IntArray
    began: FloatArray
    work: FloatArray

    def of(self, kind: int, since: float = ONSET, until: float = UNTIL) -> BoolArray:
        flags: BoolArray = (self.kind == kind) & self.within(since, until)
        return flags

    def within(self, since: float, until: float = UNTIL) -> BoolArray:
        flags: BoolArray = (self.began >= since) & (self.began < until)
        return flags


def asked(seed: int, before: float = 40.0, during: float = 40.0, kinds: int = 4) -> Asked:
    """Arrivals at two rates a second; every kind has its own usual time."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson([before * ONSET, during * (UNTIL - ONSET)])
    began = np.sort(
        np.concatenate([rng.uniform(0, ONSET, counts[0]), rng.uniform(ONSET, UNTIL, counts[1])])
    )
    kind = rng.integers(0, kinds, len(began))
    work = USUAL[kind] * rng.lognormal(-0.06, 0.35, len(began))
    return Asked(rng.integers(0, 4, len(began)), kind, began, work)


def queued(it: Asked, workers: int = 2) -> FloatArray:
    """Times from arrival to end where each place has so many workers, first come first served."""
    took = it.work.copy()
    for place in range(4):
        free = [0.0] * workers
        for i in np.flatnonzero(it.place == place).tolist():
            start = max(heapq.heappop(free), it.began[i])
            heapq.heappush(free, start + it.work[i])
            took[i] = start + it.work[i] - it.began[i]
    return took


def found(it: Asked, took: FloatArray, part: FloatArray | None = None) -> OwnTime | None:
    unknown = np.full(len(took), np.nan)
    return own_time(
        it.place, it.kind, it.began, took, unknown if part is None else part,
        it.within(0, ONSET), it.within(ONSET),
    )  # fmt: skip


def alone(own: OwnTime | None) -> bool:
    return own is not None and own.interval.low > 0.5 * own.usual_s and own.share > 0.75


@pytest.mark.parametrize("seed", range(5))
def test_a_kind_that_fills_all_workers_is_told_from_those_that_wait(seed: int) -> None:
    it = asked(seed)
    it.work[it.of(1)] *= 8.0
    own = found(it, queued(it))
    assert own is not None
    assert alone(own)
    assert own.kind == 1
    assert own.waited_s > 1.0
    # Who comes after a slow one waits for it, so that the neighbours tell a little too much.
    assert 0.7 * 7.0 * 0.08 < own.longer_s < 1.1 * 7.0 * 0.08
    assert own.interval.low < own.longer_s < own.interval.high
    assert own.added > 0.4
    assert own.places == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_a_kind_that_is_slow_by_nature_waits_no_longer_than_others(seed: int) -> None:
    it = asked(seed, during=160.0)
    took = queued(it)
    assert np.median(took[it.of(REPORT)]) > 5.0
    own = found(it, took)
    assert own is not None
    assert own.waited_s > 3.0
    assert not alone(own)
    assert own.interval.high < 0.5 * own.usual_s


@pytest.mark.parametrize("seed", range(5))
def test_work_that_is_shared_slows_all_by_one_factor(seed: int) -> None:
    it = asked(seed)
    factor = np.interp(it.began, [ONSET, ONSET + 10.0, UNTIL], [1.0, 12.0, 15.0])
    own = found(it, it.work * factor)
    assert own is None or not alone(own)


def test_work_that_is_shared_and_one_kind_that_needs_more_of_it() -> None:
    it = asked(7)
    it.work[it.of(2)] *= 8.0
    own = found(it, it.work * np.where(it.within(ONSET), 3.0, 1.0))
    assert own is not None
    assert own.kind == 2
    assert alone(own)


def test_what_ended_while_the_queue_was_worked_off_says_nothing() -> None:
    it = asked(3)
    it.work[it.of(1, until=ONSET + 12.0)] *= 10.0
    own = found(it, queued(it))
    assert own is not None
    assert own.kind == 1
    assert alone(own)


def test_a_kind_that_is_slow_at_one_place_only() -> None:
    it = asked(4)
    it.work[it.of(1) & (it.place == 2)] *= 8.0
    own = found(it, queued(it))
    assert own is not None
    assert own.places == pytest.approx(0.25)


def test_what_is_asked_for_more_often_is_told() -> None:
    it = asked(5)
    extra = it.within(ONSET) & (it.kind == 0) & (np.arange(len(it.kind)) % 3 > 0)
    it.kind[extra] = 2
    it.work[extra] = 1.0
    own = found(it, queued(it))
    assert own is not None
    assert own.kind == 2
    assert own.oftener > 1.5


def test_a_few_requests_for_everything_move_no_median() -> None:
    it = asked(11)
    dear = it.of(1) & (np.random.default_rng(0).uniform(size=len(it.kind)) < 0.15)
    it.work[dear] *= 60.0
    own = found(it, queued(it, workers=3))
    assert own is not None
    assert own.typical_s < 0.25 * max(own.longer_s, own.usual_s)


def test_a_part_of_the_time_is_held_against_that_of_others() -> None:
    it = asked(6)
    it.work[it.of(1)] *= 8.0
    took = queued(it)
    mine = found(it, took, 0.9 * it.work)
    other = found(it, took, 0.02 + took - it.work)
    assert mine is not None
    assert other is not None
    assert mine.part_s == pytest.approx(0.9 * 7.0 * 0.08, rel=0.25)
    # All wait alike for a connection, say: that is no part of what one takes longer by itself.
    assert other.part_s is not None
    assert other.part_s < 0.1


def test_a_check_that_goes_around_the_queue_is_no_sign_that_all_are_slowed_alike() -> None:
    it = asked(8)
    it.work[it.of(3)] *= 5.0
    took = queued(it)
    checks = np.random.default_rng(0).uniform(size=len(took)) < 0.06
    it.kind[checks], took[checks] = 4, 0.001
    own = found(it, took)
    assert own is not None
    assert own.kind == 3
    assert alone(own)


def test_two_kinds_are_too_few_to_compare() -> None:
    it = asked(9, kinds=2)
    it.work[it.of(1)] *= 8.0
    assert found(it, queued(it)) is None


def test_without_a_baseline_there_is_no_usual_time() -> None:
    it = asked(10)
    late = it.within(ONSET)
    it = Asked(it.place[late], it.kind[late], it.began[late], it.work[late])
    assert found(it, queued(it)) is None


def test_beyond_others_takes_the_queue_off_and_leaves_what_is_ones_own() -> None:
    it = asked(5)
    mine = it.of(REPORT)
    queue = np.where(it.within(ONSET), 3.0, 0.0)
    beyond = beyond_others(it.place, it.began, 0.1 + queue + 0.4 * mine, mine)
    settled = it.within(ONSET + 3.0) & ~np.isnan(beyond)
    assert np.allclose(beyond[settled & mine], 0.4)
    assert np.allclose(beyond[settled & ~mine], 0.0)


def test_beyond_others_tells_nothing_where_there_are_no_others() -> None:
    few = np.zeros(6, dtype=np.int64)
    began = np.arange(6.0)
    assert np.isnan(beyond_others(few, began, began, np.ones(6, dtype=bool))).all()
    assert len(beyond_others(few[:0], began[:0], began[:0], np.ones(0, dtype=bool))) == 0
