"""Two cases side by side: hostile text stays text, what isn't known isn't said to be nothing."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from io import StringIO

from markdown_it import MarkdownIt

from logsleuth.compared import (
    Caveat,
    Comparison,
    Counts,
    Directive,
    Measure,
    PoolPair,
    Quality,
    Said,
    SharePair,
    Side,
    Standings,
    Stretch,
    Subject,
)
from logsleuth.harm import Interval
from logsleuth.renderers import compared, compared_page, compared_rows
from logsleuth.renderers.table import write_rows
from tests.renderers import builder
from tests.renderers.scene import ENDED, ONSET

HOSTILE = "evil\x1b[31m\u202e[bold]<script>|`_\u2028"


def comparison(name: str = "shop") -> Comparison:
    stretch = Stretch("incident", ONSET, ENDED, 60.0)
    rate = Measure("failure_rate", "difference", 0.01, 0.2, 0.19, Interval(0.15, 0.22), "higher")
    endless = Measure(
        "requests_per_s", "ratio", 0.0, 3.0, math.inf, Interval(2.0, math.inf), "higher"
    )
    unknown = Measure("latency_p95_s", "ratio", None, None)
    counts = Counts(100, 1, 0, 0)
    return Comparison(
        base=Side(name, builder.quiet(), None),
        case=Side(name, builder.rich(), stretch),
        caveats=(Caveat("latencies", f"in {name} none", prevents=True),),
        quality=(Quality("requests formats", name, None), Quality("lines", 3, 4)),
        subjects=(
            Subject("all", None, "all requests", counts, counts, (endless, rate, unknown)),
            Subject("route", None, name, None, counts, (rate,)),
        ),
        pools=(PoolPair(name, name, 0.4, 0.001, "round-robin", name, None, None,
                        (SharePair(name, replace(rate, name="share"), 0.5, None, None, 0.5),)),),
        directives=(Directive("server", name, name, None, name, None, f"{name}:4"),),
        said=(Said("application", name, "error", "new", 0, 9, math.inf,
                   Interval(3.0, math.inf), 0.001, "abc:1"),),
        standings=(Standings("balancer", "ruled-out", 0.9, name, "implicated", 0.95, name),),
        version="0",
    )  # fmt: skip


def test_hostile_names_act_on_nothing() -> None:
    found = comparison(HOSTILE)
    screen = compared.render(found, width=80)
    page = compared_page.render(found)
    for text in (screen, page):
        assert not {"\x1b", "\u202e", "\u2028"} & set(text)
    assert "[bold]" in screen
    assert "<script>" not in MarkdownIt("commonmark").enable("table").render(page)


def test_what_is_unknown_or_endless_is_null_for_programs() -> None:
    told = json.loads(compared_rows.dumps(comparison()))
    endless, _, unknown = told["subjects"][0]["measures"]
    assert endless["value"] is endless["interval"]["high"] is None
    assert endless["interval"]["low"] == 2.0
    assert unknown["standing"] is unknown["base"] is None
    assert told["base"]["stretch"] is None
    out = StringIO()
    write_rows(out, compared_rows.COLUMNS, compared_rows.rows(comparison()), "jsonl")
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["standing"] for row in rows if row["section"] == "message"} == {"new"}
    assert all(row["base"] is None or isinstance(row["base"], float) for row in rows)


def test_what_is_unknown_is_a_dash_for_people() -> None:
    screen = compared.render(comparison(), width=80)
    line = next(line for line in screen.splitlines() if line.startswith("latency p95"))
    assert line.split() == ["latency", "p95", "–", "–", "–", "–", "not", "comparable"]
    assert "not compared: latencies: in shop none" in screen
    assert "∞" in screen


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b[" in compared.render(comparison(), color=True)
    assert "\x1b" not in compared.render(comparison())
