"""Waterfalls as text: bars where they belong, and what isn't known said so."""

from __future__ import annotations

import dataclasses
import json

import pytest

from logsleuth.model import TimePart
from logsleuth.renderers import waterfall as renderer
from tests.renderers import builder
from tests.renderers.scene import FIRST_502, SLOW
from tests.renderers.spans import waterfall


def bars(text: str) -> dict[str, str]:
    """The drawn part of each line, by its label."""
    rows = [line.split("|") for line in text.splitlines() if line.count("|") >= 2]
    return {row[0].strip(): row[1] for row in rows}


def test_bars_lie_where_the_time_was_spent() -> None:
    drawn = bars(renderer.text([waterfall()]))
    assert drawn["request"] == "█" * 32
    assert drawn["neither side"] == " " * 8 + "▒" * 8 + " " * 16
    assert drawn["application app-1 said 500"] == " " * 16 + "█" * 16


def test_unknown_is_said_and_never_drawn_as_nothing() -> None:
    text = renderer.text([waterfall()])
    [queue] = [line for line in text.splitlines() if "queue" in line]
    assert "unknown" in queue
    assert "0 ms" not in queue
    assert "?" in bars(text)["balancer's queue"]


def test_doubt_is_told() -> None:
    text = renderer.text([waterfall()])
    assert "87 % sure" in text
    assert "43 % sure; 2 requests may have sent it" in text
    assert "inferred; network" in text


def test_what_ends_after_the_request_makes_the_axis_longer() -> None:
    base = waterfall()
    late = dataclasses.replace(base.segments[4], took_s=3.0)
    longer = dataclasses.replace(base, segments=(*base.segments, late))
    assert renderer.axis_s(base) == 2.0
    assert renderer.axis_s(longer) == 4.0
    assert bars(renderer.text([longer]))["request"] == "█" * 16 + " " * 16


def test_hostile_text_is_shown_as_symbols() -> None:
    base = waterfall()
    evil = dataclasses.replace(base.segments[5], label="select '\x1b[2J\u202e'")
    told = dataclasses.replace(base, path="/\x1b]0;x\x07", segments=(evil,))
    text = renderer.text([told])
    assert not {char for char in text if not char.isprintable()} - {"\n"}
    assert "⟨ESC⟩" in text


def test_json_has_every_segment_with_its_basis() -> None:
    [one] = json.loads(renderer.dumps([waterfall()]))
    assert [s["basis"] for s in one["segments"]].count("unknown") == 1
    assert one["segments"][1]["took_s"] is None
    assert one["segments"][4]["confidence"] == 0.87


@pytest.mark.parametrize(
    ("before", "during", "grew"),
    [(0.1, 1.0, True), (0.1, 0.11, False), (0.001, 0.003, False), (0.1, None, False)],
)
def test_only_plain_growth_is_marked(
    before: float | None, during: float | None, grew: bool
) -> None:
    assert renderer.grew(TimePart("queue", before, None, during, None)) is grew


def test_its_lines_are_those_of_its_segments_each_once() -> None:
    cited = {event.event_id: event for event in builder.rich().cited}
    told = [event.event_id for event in renderer.lines(waterfall(), cited)]
    assert told == [FIRST_502, SLOW]
    assert renderer.lines(waterfall(), {}) == []
