from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

from logsleuth.model import Moment, Series, ServerShare, ShareBin
from logsleuth.renderers import lanes
from tests.renderers import builder
from tests.renderers.scene import BEGIN, ONSET

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_changes_have_a_lane_whoever_wrote_them_down() -> None:
    assert lanes.lane_of("database") == "database"
    assert lanes.lane_of("balancer", "reload") == "changes"
    assert lanes.lane_of("change") == lanes.lane_of("somebody") == "changes"


def test_the_fullest_bin_fills_its_lane_and_no_more(rich: Investigation) -> None:
    for (_, lane), bars in lanes.bars(rich.series).items():
        place = lanes.LANES.index(lane)
        assert min(bar.height for bar in bars) == -0.76
        assert all(place - 0.5 < bar.base + bar.height <= bar.base < place + 0.5 for bar in bars)


def test_moments_that_crowd_step_aside(rich: Investigation) -> None:
    together = tuple(
        Moment(ONSET + timedelta(seconds=place), "symptom", "balancer", "x") for place in range(3)
    )
    marks = lanes.marks(dataclasses.replace(rich, timeline=together))
    assert [mark.number for mark in marks] == [1, 2, 3]
    assert len({mark.height for mark in marks}) == 3


def test_a_silent_bin_is_a_gap_and_a_silent_server_is_zero() -> None:
    later = BEGIN + timedelta(seconds=60)
    bins = (
        ShareBin(BEGIN, "web", "a", 3, 0),
        ShareBin(BEGIN, "web", "b", 1, 0),
        ShareBin(BEGIN, "other", "c", 5, 0),
        ShareBin(later, "web", "a", 0, 0),
    )
    lines = lanes.observed_shares(Series(60.0, (), bins, ()), "web")
    assert lines == {"a": [(BEGIN, 0.75), (later, None)], "b": [(BEGIN, 0.25), (later, None)]}


def test_near_equal_intentions_are_one_line(rich: Investigation) -> None:
    shares = (0.2, 0.205, 0.595, None)
    servers = tuple(
        ServerShare(str(place), 1, share, 0.25, None, None, None, None)
        for place, share in enumerate(shares)
    )
    pool = dataclasses.replace(rich.pools[0], servers=servers)
    assert [(round(share, 4), names) for share, names in lanes.intended(pool)] == [
        (0.2025, ["0", "1"]),
        (0.595, ["2"]),
    ]


def test_the_axis_of_nothing_is_harmless() -> None:
    assert lanes.fraction(builder.empty(), ONSET) == 0.5
    assert lanes.marks(builder.empty()) == []


def test_a_bin_that_the_logs_hardly_reach_into_is_no_fall(rich: Investigation) -> None:
    stamps = [BEGIN + timedelta(seconds=10 * place) for place in range(4)]

    def covered(seconds: float, role: str = "balancer") -> list[bool]:
        until = BEGIN + timedelta(seconds=seconds)
        log = dataclasses.replace(rich.sources[0], role=role, since=BEGIN, until=until)
        return lanes.well_covered(dataclasses.replace(rich, sources=(log,)), stamps)

    assert covered(31) == [True, True, True, False]
    assert covered(36) == [True] * 4
    # Nothing is known of what a balancer's log covers that isn't there.
    assert covered(31, "application") == [True] * 4
