from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers.sparkline import sparkline
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_the_onset_stands_under_the_first_high_bar(rich: Investigation) -> None:
    (bars, label), (marks, _) = sparkline(rich, 60)
    assert label == "failures"
    assert len(bars) == 60
    onset, ended = marks.index("▲ onset"), marks.index("▲ end")
    assert max(bars[: onset - 1]) <= "▂" < bars[onset + 2]
    assert bars[ended - 2] > "▂" >= bars[ended + 2]
    assert "peak" in marks


def test_no_failures_no_bars() -> None:
    assert sparkline(builder.empty(), 60) == []


def test_without_an_incident_the_times_are_said() -> None:
    assert sparkline(builder.quiet(), 60)[1][0] == "10:00:00 to 10:44:50 UTC, peak 0.3/s"
    assert len(sparkline(builder.quiet(), 8)[1][0]) <= 8


@pytest.mark.parametrize("width", [8, 20, 69])
@pytest.mark.parametrize("minutes", [-5, 0, 20, 44, 90])
def test_the_marks_never_leave_the_line(rich: Investigation, width: int, minutes: int) -> None:
    assert rich.incident is not None
    onset = scene.BEGIN + timedelta(minutes=minutes)
    moved = dataclasses.replace(rich.incident, onset=onset, ended=onset + timedelta(seconds=1))
    (bars, _), (marks, _) = sparkline(dataclasses.replace(rich, incident=moved), width)
    assert len(bars) == width
    assert len(marks) <= width
    assert "onset" in marks
