from __future__ import annotations

import dataclasses
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from logsleuth.model import Moment
from logsleuth.renderers import terminal
from tests.renderers import builder
from tests.renderers.scene import ONSET

if TYPE_CHECKING:
    from logsleuth.model import Investigation


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200])
def test_it_fits_any_width(any_shape: Investigation, width: int) -> None:
    lines = terminal.render(any_shape, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_it_fits_one_screen(rich: Investigation) -> None:
    assert len(terminal.render(rich).splitlines()) <= 40


def test_it_tells_the_story(rich: Investigation) -> None:
    said = re.sub(r"\s+", " ", terminal.render(rich))
    for part in (
        "INCIDENT The balancer sent 70 % of pool web to 10.0.0.1:8080",
        "since 2026-03-01 10:14:05.120 UTC, between 10:14:03.820 and 10:14:07.520",
        "until 10:31:40 UTC, after 17 min 35 s",
        "6,541 of 52,750 requests failed: 12.4 %, baseline 0.31 %",
        "p95 4.21 s, baseline 310 ms",
        "balancer · skewed-selection · 10.0.0.1:8080, confidence 93 %",
        "45.0 % of requests on the wrong server, by its shares before",
        "10.0.0.1:8080 36,925 25.0 % 70.0 % 70.0 % 17.6 % 5.1 s",
        "✔ ruled out database Three servers used the same database",
        "? inconclusive application app-1 runs out of workers",
        "∅ no evidence client",
        "271,639 lines = 259,989 events + 11,618 continuation + 11 rejected + 21 blank",
        "app-2.log is +3.214 s (±4 ms, 1,932 pairs)",
        "clock 3.214 s ahead",
        "logsleuth show c04f11a7e932:18",
        "--report report.html",
        "logsleuth explain skewed-selection",
    ):
        assert part in said
    assert re.search("[▂▃▄▅▆▇█]{20}", said)


def noted(told: Investigation, count: int) -> Investigation:
    notes = tuple(
        Moment(
            ONSET + timedelta(minutes=number),
            "note",
            "people",
            f"note {number} \x1b[2J" + " x" * 300,
        )
        for number in range(count)
    )
    return dataclasses.replace(told, timeline=(*told.timeline, *notes))


def test_what_people_noted_is_marked_as_theirs(rich: Investigation) -> None:
    said = terminal.render(noted(rich, 6), width=100)
    assert said.count("noted by people: note") == 4
    assert "notes     2026-03-01 10:14:05.120 UTC, noted by people: note 0 ⟨ESC⟩[2J x x" in said
    assert "note 4" not in said
    assert "and 2 more in logsleuth timeline" in said
    assert max(map(cell_len, said.splitlines())) <= 100
    assert "noted by people" not in terminal.render(rich)


def test_no_incident_says_what_was_examined() -> None:
    said = terminal.render(builder.quiet())
    assert said.startswith("NO INCIDENT  8 files, 271,639 lines, 2026-03-01 10:00:00 to")
    assert "134,956 requests, 0.22 % failed" in said


def test_an_unexplained_incident_says_so() -> None:
    said = terminal.render(builder.unexplained())
    assert said.startswith("INCIDENT, NOT OVER  There was an incident that the evidence doesn’t")
    assert "not over when the evidence ends" in said


def test_without_a_root_cause_nobody_is_named(rich: Investigation) -> None:
    assert re.search(r"who +unknown\n", terminal.render(dataclasses.replace(rich, root_cause=None)))


@pytest.mark.parametrize("color", [False, True])
def test_nothing_in_the_evidence_reaches_the_terminal_raw(
    hostile: Investigation, *, color: bool
) -> None:
    said = re.sub("\x1b\\[[0-9;]*m", "", terminal.render(hostile, color=color)) if color else ""
    said = said or terminal.render(hostile)
    assert all(char.isprintable() or char == "\n" for char in said)


def test_colour_is_for_those_who_want_it(rich: Investigation) -> None:
    inked, plain = io.StringIO(), io.StringIO()
    terminal.show(rich, inked, color=True)
    terminal.show(rich, plain)
    assert "\x1b[1;31m" in inked.getvalue()
    assert "\x1b" not in plain.getvalue()


def test_it_prints_to_stdout(rich: Investigation, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show(rich)
    assert capsys.readouterr().out.startswith("INCIDENT")


def test_a_stream_that_lacks_the_symbols_gets_the_rest(rich: Investigation) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.show(rich, stream)
    stream.flush()
    assert b"INCIDENT  The balancer sent" in raw.getvalue()


def test_long_lists_are_cut_and_say_so(rich: Investigation) -> None:
    pool = rich.pools[0]
    many = tuple(
        dataclasses.replace(pool.servers[1], server=f"10.0.9.{place}:80") for place in range(30)
    )
    crowded = dataclasses.replace(pool, servers=(pool.servers[0], *many))
    warned = dataclasses.replace(rich, pools=(crowded,), warnings=("mind the gap",) * 9)
    said = terminal.render(warned)
    assert "and 23 more" in said
    assert "and 4 more in the report" in said
    assert said.index("10.0.0.1:8080    36,925") < said.index("10.0.9.0:80")


def test_it_ends_with_the_runbook_where_a_fault_is_named(rich: Investigation) -> None:
    assert terminal.render(rich).splitlines()[-1].strip() == "logsleuth explain skewed-selection"
    assert "logsleuth explain" not in terminal.render(builder.quiet())
    assert "logsleuth explain" not in terminal.render(builder.unexplained())
