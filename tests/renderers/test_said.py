from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from logsleuth.model import Interval
from logsleuth.renderers import html
from logsleuth.renderers.json import document
from logsleuth.renderers.said import change
from tests.renderers import builder
from tests.renderers.page import Page

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def section(investigation: Investigation) -> str:
    return Page(html.render(investigation).split('id="messages"')[1].split("</section>")[0]).text


def test_new_messages_stand_beside_the_onset(rich: Investigation) -> None:
    said = section(rich)
    for words in (
        "no worker was free after # s | app.pool.PoolTimeout: #",
        "application error new 0 6,020 at least 1,204 times < 0.0001",
        "10:14:14.920 after the onset: a symptom e81c2f64ab03:5120",
        "more often 3 11 1.6 to 14 times 0.0021",
    ):
        assert words in said


def test_where_nothing_changed_that_is_said() -> None:
    assert "Nothing that was said is new" in section(builder.quiet())


def test_an_endless_ratio_is_null_and_its_bound_is_known(rich: Investigation) -> None:
    first, second = document(rich)["messages"]
    assert first["ratio"] is None
    assert first["interval"] == {"low": 1204.0, "high": None, "level": 0.95}
    assert second["ratio"] == 4.2
    assert change(rich.messages[1]) == "1.6 to 14 times"


def test_a_ratio_on_both_sides_of_one_is_not_said(rich: Investigation) -> None:
    few = dataclasses.replace(rich.messages[0], interval=Interval(0.2, math.inf))
    assert change(few) == "too few to say"
