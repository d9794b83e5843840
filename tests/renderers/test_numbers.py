from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.renderers import chosen, numbers, packed
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation


@given(st.lists(st.integers(0, 3)))
def test_runs_of_zeros_can_be_spread_again(counts: list[int]) -> None:
    written = numbers.runs(counts)
    spread = [n for run in written for n in ([0] * -run if run < 0 else [run])]
    assert spread == counts
    assert all(not (a < 0 and b < 0) for a, b in itertools.pairwise(written))


def test_times_at_equal_steps_are_one_step() -> None:
    times = [f"2026-03-01T10:00:{second:02d}.000" for second in (0, 10, 20, 30)]
    odd = [*times[:3], "2026-03-01T10:00:20.500"]
    few = times[:2]
    figure = {"data": [{"x": times}, {"x": odd}, {"x": few}, {"name": "bare"}], "layout": {}}
    assert [trace.get("x") for trace in packed.pack(figure)["data"]] == [
        {"from": times[0], "step": 10_000, "count": 4},
        {"from": times[0], "steps": [10_000, 10_000, 500]},
        few,
        None,
    ]


def test_the_tables_start_with_the_incident_in_whole_bins(rich: Investigation) -> None:
    found = chosen.chosen(rich)
    assert found is not None
    assert found.since == scene.ONSET.replace(second=0, microsecond=0)
    assert found.until == scene.ENDED
    inside = [b for b in rich.series.shares if found.since <= b.ts < found.until]
    assert sum(row.requests for row in found.facets) == sum(b.requests for b in inside)
    hot = found.facets[0]
    mine = [b for b in inside if b.server == scene.SERVERS[0]]
    assert hot.requests == sum(b.requests for b in mine)
    assert hot.failing == pytest.approx(sum(b.failed for b in mine) / hot.requests)
    assert sum(row.share or 0 for row in found.routes) == pytest.approx(1)
    assert {row.name: row.requests for row in found.outcomes}["failed"] == sum(
        b.failed for b in inside
    )


def test_without_an_incident_they_hold_everything() -> None:
    import dataclasses

    calm = dataclasses.replace(builder.rich(), incident=None)
    found = chosen.chosen(calm)
    assert found is not None
    assert found.until - found.since == timedelta(seconds=scene.BIN_S * scene.BINS)


def test_a_quantile_is_the_middle_of_its_band(rich: Investigation) -> None:
    whole = rich.series.breakdown
    assert whole is not None
    assert chosen.quantile(whole, [0, 0, 0, 0], 0.95) is None
    assert chosen.quantile(whole, [0, 0, 0, 9], 0.95) is None
    assert chosen.quantile(whole, [100, 0, 5, 0], 0.95) == pytest.approx(0.1)
    assert chosen.quantile(whole, [50, 0, 50, 0], 0.95) == pytest.approx(2.0)


def test_a_server_of_two_pools_is_told_apart(rich: Investigation) -> None:
    import dataclasses

    whole = rich.series.breakdown
    assert whole is not None
    first = whole.facets[0]
    twice = dataclasses.replace(
        whole, facets=(first, dataclasses.replace(first, pool="other"), *whole.facets[2:])
    )
    assert chosen.facet_name(whole, 0) == "10.0.0.1:8080"
    assert chosen.facet_name(twice, 1) == "10.0.0.1:8080 (other)"


def test_where_no_server_is_named_there_are_no_others(rich: Investigation) -> None:
    import dataclasses

    whole = rich.series.breakdown
    assert whole is not None
    nobody = dataclasses.replace(whole.facets[0], pool="", server="")
    alone = dataclasses.replace(whole, facets=(nobody,))
    assert chosen.facet_name(alone, 0) == "no server is named"
    assert chosen.facet_name(dataclasses.replace(whole, facets=(*whole.facets[:3], nobody)), 3) == (
        "all others"
    )
