from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest

from logsleuth.model import Check, Interval
from logsleuth.renderers.marks import interval_mark, share_mark

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_the_largest_share_of_a_pool_fills_its_cell(rich: Investigation) -> None:
    pool = rich.pools[0]
    hot, cold = (share_mark(share, pool) for share in pool.servers[:2])
    assert hot.observed == 100
    assert hot.low is not None
    assert hot.high is not None
    assert 99 < hot.low < hot.observed <= hot.high == 100
    assert hot.intended == cold.intended == pytest.approx(35.71)
    assert cold.observed == pytest.approx(14.29)


def test_a_pool_without_traffic_has_empty_cells(rich: Investigation) -> None:
    idle = dataclasses.replace(
        rich.pools[0].servers[0], observed_share=0.0, expected_share=None, configured_share=math.nan
    )
    mark = share_mark(idle, dataclasses.replace(rich.pools[0], servers=(idle,)))
    assert (mark.observed, mark.intended, mark.configured) == (0.0, None, None)
    nobody = dataclasses.replace(idle, requests=0)
    mark = share_mark(nobody, dataclasses.replace(rich.pools[0], servers=(nobody,)))
    assert (mark.low, mark.high) == (None, None)


def check(interval: Interval | None, margin: Interval | None, effect: float | None) -> Check:
    return Check("x", "neutral", "", interval=interval, margin=margin, effect=effect)


def test_an_interval_is_drawn_beside_its_margin() -> None:
    mark = interval_mark(check(Interval(0.95, 1.05), Interval(0.8, 1.25), 1.0))
    assert mark is not None
    assert mark.zone_low is not None
    assert mark.zone_high is not None
    assert mark.dot is not None
    assert 0 < mark.zone_low < mark.low < mark.dot < mark.high < mark.zone_high < 100


@pytest.mark.parametrize(
    "interval", [None, Interval(-math.inf, 1.0), Interval(0.0, math.inf), Interval(math.nan, 1.0)]
)
def test_what_has_no_two_ends_is_not_drawn(interval: Interval | None) -> None:
    assert interval_mark(check(interval, None, 1.0)) is None


def test_an_open_margin_ends_at_the_edge() -> None:
    mark = interval_mark(check(Interval(1.0, 2.0), Interval(-math.inf, 1.25), math.nan))
    assert mark is not None
    assert mark.zone_low == 0
    assert mark.dot is None


def test_a_point_is_an_interval_too() -> None:
    mark = interval_mark(check(Interval(1.0, 1.0), None, None))
    assert mark is not None
    assert mark.low == mark.high == 50
