from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from plotly.offline import get_plotlyjs_version

from logsleuth.model import Moment, TrafficBin
from logsleuth.renderers import bundle, charts
from logsleuth.resources import shipped
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def drawn(figure: dict[str, Any] | None) -> dict[str, Any]:
    assert figure is not None
    written: dict[str, Any] = json.loads(json.dumps(figure, allow_nan=False))
    return written


def test_the_vendored_library_is_the_version_that_plotly_draws_for() -> None:
    vendor = shipped("reports").joinpath("vendor")
    version = get_plotlyjs_version()
    names = sorted(entry.name for entry in vendor.iterdir())
    assert names == [
        f"plotly-basic-{version}.LICENSE.txt",
        f"plotly-basic-{version}.min.js.gz",
    ]
    code = bundle.code()
    assert f"plotly.js (basic - minified) v{version}" in code[:200]
    assert gzip.decompress(base64.b64decode(bundle.packed())).decode() == code
    assert not re.search(r"</script|<!--", code, re.IGNORECASE)
    assert "\r" not in code
    assert "MIT License" in vendor.joinpath(names[0]).read_text(encoding="utf-8")


def test_the_timeline_has_every_panel_on_one_time_axis(rich: Investigation) -> None:
    figure = drawn(charts.timeline(rich))
    names = [trace["name"] for trace in figure["data"]]
    assert names[:3] == ["requests/s", "failures/s", "p95 latency, s"]
    assert {"errors", "slow statements", "aborted"} <= set(names)
    assert {trace.get("xaxis", "x") for trace in figure["data"]} == {"x"}
    assert figure["layout"]["yaxis4"]["ticktext"] == [
        *("client", "balancer", "application", "database", "changes"),
    ]
    assert figure["layout"]["xaxis"]["range"] == [
        "2026-03-01T10:00:00.000",
        "2026-03-01T10:45:00.000",
    ]


def test_rates_are_per_second(rich: Investigation) -> None:
    figure = drawn(charts.timeline(rich))
    first = rich.series.traffic[0]
    assert figure["data"][0]["y"][0] == pytest.approx(first.requests / scene.BIN_S)


def test_onset_and_end_are_marked(rich: Investigation) -> None:
    layout = drawn(charts.timeline(rich))["layout"]
    said = [note["text"] for note in layout["annotations"]]
    assert "onset 10:14:05" in said
    assert "end 10:31:40" in said
    lines = [shape["x0"] for shape in layout["shapes"] if shape["type"] == "line"]
    assert sorted(lines) == ["2026-03-01T10:14:05.120", "2026-03-01T10:31:40.000"]


def test_an_incident_that_is_not_over_reaches_the_end_of_the_axis() -> None:
    layout = drawn(charts.timeline(builder.unexplained()))["layout"]
    assert not any(note["text"].startswith("end") for note in layout["annotations"])
    assert (
        max(s["x1"] for s in layout["shapes"] if s["type"] == "rect") == layout["xaxis"]["range"][1]
    )


def test_a_gap_is_hatched_in_its_lane(rich: Investigation) -> None:
    figure = drawn(charts.timeline(rich))
    (gap,) = (trace for trace in figure["data"] if "pattern" in trace.get("marker", {}))
    assert gap["x"] == ["2026-03-01T10:30:00.000"]
    assert gap["width"] == [240_000]
    lane = figure["layout"]["yaxis4"]["ticktext"].index("database")
    assert gap["base"][0] + gap["y"][0] < lane < gap["base"][0]


def test_a_change_is_told_from_a_symptom_by_its_shape(rich: Investigation) -> None:
    figure = drawn(charts.timeline(rich))
    marks = next(trace for trace in figure["data"] if trace["name"].startswith("moments"))
    shapes = dict(zip(marks["text"], marks["marker"]["symbol"], strict=True))
    assert (shapes["2"], shapes["4"]) == ("diamond", "circle")


def test_what_people_noted_has_a_lane_of_its_own(rich: Investigation) -> None:
    noted = Moment(scene.ENDED, "note", "people", "rolled back", ())
    figure = drawn(charts.timeline(dataclasses.replace(rich, timeline=(*rich.timeline, noted))))
    marks = next(trace for trace in figure["data"] if trace["name"].startswith("moments"))
    assert marks["marker"]["symbol"][-1] == "square"
    assert figure["layout"]["yaxis4"]["ticktext"][-1] == "people"
    assert marks["y"][-1] == len(figure["layout"]["yaxis4"]["ticktext"]) - 1


def test_a_line_of_a_server_knows_what_it_is_filtered_by(rich: Investigation) -> None:
    *servers, intended = drawn(charts.shares(rich, rich.pools[0]))["data"]
    held = {trace["name"]: trace["meta"]["facet"] for trace in servers}
    assert held == {server: place for place, server in enumerate(scene.SERVERS)}
    assert "meta" not in intended


def test_a_few_failures_do_not_look_like_many() -> None:
    layout = drawn(charts.timeline(builder.quiet()))["layout"]
    failures = max(bin_.failed for bin_ in builder.quiet().series.traffic) / scene.BIN_S
    assert layout["yaxis2"]["range"][1] > 5 * failures


def test_nothing_to_draw_is_no_figure() -> None:
    assert charts.timeline(builder.empty()) is None
    assert charts.shares(builder.quiet(), builder.quiet().pools[0]) is None


def test_lanes_alone_are_a_figure(rich: Investigation) -> None:
    alone = dataclasses.replace(
        rich, series=dataclasses.replace(rich.series, traffic=(), shares=())
    )
    figure = drawn(charts.timeline(alone))
    assert "requests/s" not in [trace["name"] for trace in figure["data"]]


def test_a_latency_that_is_no_figure_is_a_gap(rich: Investigation) -> None:
    bins = (TrafficBin(scene.BEGIN, 10, 0, None, float("nan")), *rich.series.traffic[1:])
    series = dataclasses.replace(rich.series, traffic=bins)
    figure = drawn(charts.timeline(dataclasses.replace(rich, series=series)))
    assert figure["data"][2]["y"][0] is None


def test_shares_are_drawn_against_the_intended_one(rich: Investigation) -> None:
    figure = drawn(charts.shares(rich, rich.pools[0]))
    *servers, intended = figure["data"]
    assert sorted(trace["name"] for trace in servers) == list(scene.SERVERS)
    assert intended["name"] == "intended for each of 4: 25.0 %"
    assert intended["line"]["dash"] != "solid"
    assert intended["y"] == [0.25, 0.25]
    hot = next(trace for trace in servers if trace["name"] == scene.SERVERS[0])
    assert [trace for trace in servers if trace["line"]["color"] == hot["line"]["color"]] == [hot]
    for place in range(len(rich.series.traffic)):
        assert sum(trace["y"][place] for trace in servers) == pytest.approx(1, abs=1e-4)


def test_a_big_pool_shows_its_busiest_servers(rich: Investigation) -> None:
    names = [f"10.1.0.{place}:80" for place in range(40)]
    bins = tuple(
        dataclasses.replace(rich.series.shares[0], server=name, requests=place)
        for place, name in enumerate(names)
    )
    crowded = dataclasses.replace(rich, series=dataclasses.replace(rich.series, shares=bins))
    lines = drawn(charts.shares(crowded, rich.pools[0]))["data"][:-1]
    assert [trace["name"] for trace in lines] == names[:29:-1]
