"""The program: what its keys do, and what it says where there is nothing to be done."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from logsleuth.browser import lines
from logsleuth.browser.keys import KEYS
from logsleuth.case.store import open_case
from logsleuth.cli import main
from tests.browser.pilot import Visit, visit
from tests.days import Day, write

if TYPE_CHECKING:
    from pathlib import Path

IN_ORDER = """
select event_id from events
order by ts - to_microseconds((clock_shift_s * 1000000)::bigint), source_id, line"""


def ordered(case: Path, where: str = "true") -> list[str]:
    with open_case(case) as opened:
        rows = opened.rows(IN_ORDER.replace("order by", f"where {where}\norder by"))
    return [row[0] for row in rows]


def test_the_lines_are_all_events_in_order_though_few_are_held(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "CHUNK", 10)
    monkeypatch.setattr(lines, "_MOST", 40)
    events = ordered(case)
    assert len(events) > 100

    async def walk(visitor: Visit) -> None:
        await visitor.press("4")
        window, seen, held = visitor.app.evidence.lines, [], []
        for by in [1] * len(events) + [-1] * len(events):
            seen.append(visitor.event)
            await window.move(by)
            held.append(len(window.held))
        assert seen == [*events, *reversed(events)]
        assert max(held) <= 40
        await visitor.press("j", "j", "k")
        assert visitor.event == events[1]
        await visitor.press("G")
        assert visitor.event == events[-1]
        await visitor.press("g")
        assert visitor.event == events[0]

    visit(case, walk)


def test_errors_and_hits_are_gone_through_in_both_directions(case: Path) -> None:
    errors = ordered(case, "level in ('error', 'fatal') or (level is null and status >= 500)")
    hits = ordered(case, "message like '%cart 7%'")

    async def seek(visitor: Visit) -> None:
        await visitor.press("4", "e")
        found = [visitor.event]
        for _ in errors[1:]:
            await visitor.press("e")
            found.append(visitor.event)
        assert found == errors
        await visitor.press("e")
        assert visitor.status == "no error after this line"
        await visitor.press("E")
        assert visitor.event == errors[-2]
        await visitor.press("g")
        await visitor.type("/CART 7")
        assert visitor.event == hits[0]
        await visitor.press("n")
        assert visitor.status == "nothing more is found"
        await visitor.type("/cart [")
        assert "missing ]" in visitor.status
        assert visitor.event == hits[0]

    assert len(errors) > 3
    assert len(hits) == 1
    visit(case, seek)


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case in which most of what is asked of one route begins to fail."""
    folder = tmp_path_factory.mktemp("incident")
    path = folder / "case.duckdb"
    day = write(folder / "day", Day(failing=0.9, since=900))
    assert main(["ingest", str(day), "--case", str(path), "--quiet"]) == 0
    return path


def test_a_moment_leads_to_its_line_and_its_original(incident: Path) -> None:
    async def follow(visitor: Visit) -> None:
        target = visitor.app.tables["timeline"].rows.target
        await visitor.press("enter")
        assert visitor.app.view == "evidence"
        assert visitor.event == target.event
        where = re.search(r"access\.log:(\d+)  byte \d+", visitor.text)
        assert where is not None
        lines = (incident.parent / "day/access.log").read_text(encoding="utf-8").splitlines()
        (marked,) = [row for row in visitor.rows if row.startswith("> ")]
        assert lines[int(where[1]) - 1].startswith(marked[2:].rstrip())
        await visitor.press("q")
        assert visitor.app.view == "timeline"
        await visitor.press("q")
        assert not visitor.app.is_running

    visit(incident, follow)


def test_a_bin_leads_to_its_time(case: Path) -> None:
    async def follow(visitor: Visit) -> None:
        await visitor.press("i", "j", "j", "j", "enter")
        line = visitor.app.evidence.lines.line
        assert line is not None
        assert line.ts is not None
        target = visitor.app.tables["histogram"].rows.target
        assert target.ts is not None
        assert 0 <= (line.ts - target.ts).total_seconds() < 2

    visit(case, follow)


def test_filters_and_places(case: Path) -> None:
    served = ordered(case, "message like 'served%'")
    graves = ordered(case, "level in ('error', 'fatal') or (level is null and status >= 500)")

    async def narrow(visitor: Visit) -> None:
        held = visitor.app.evidence.lines
        await visitor.type(":filter-in ^served")
        assert [line.event_id for line in held.held] == served
        await visitor.type(":filter-out 7$")
        assert not any(line.text.endswith("7") for line in held.held)
        await visitor.type(":filter-in nothing like it")
        assert "no line is wanted" in visitor.text
        await visitor.type(":reset")
        await visitor.type(":level error")
        assert [line.event_id for line in held.held] == graves
        await visitor.type(":reset")
        await visitor.type(":goto 10:00:30")
        line = held.line
        assert line is not None
        assert line.ts is not None
        assert (line.ts.minute, line.ts.second) == (0, 30)
        await visitor.type(f":goto {served[5]}")
        assert visitor.event == served[5]
        await visitor.type(":level loud")
        assert "there is no level 'loud'" in visitor.status
        await visitor.type(":fly")
        assert "there is no command 'fly'" in visitor.status

    visit(case, narrow)


def test_sql_errors_are_shown_and_nothing_can_be_written(case: Path) -> None:
    async def ask(visitor: Visit) -> None:
        await visitor.type(";select from nowhere")
        assert "SELECT clause without selection list" in visitor.status
        await visitor.type(";delete from sources")
        assert "a case that is read can't be changed" in visitor.status
        await visitor.type(";select 1; select 2")
        assert "one statement is wanted" in visitor.status
        await visitor.type(";select * from read_text('x.txt')")
        assert "file system operations are disabled" in visitor.status
        await visitor.type(";select event_id from events where status = 502")
        assert visitor.app.view == "sql"
        assert visitor.status.endswith(" rows")
        target = visitor.app.sql.rows.target
        await visitor.press("enter")
        assert visitor.app.view == "evidence"
        assert visitor.event == target.event

    visit(case, ask)


def test_answers_have_an_end(case: Path) -> None:
    async def ask(visitor: Visit) -> None:
        await visitor.type(";select * from range(3000000000)")
        assert visitor.status == "500 rows"
        assert "the first 500 rows" in visitor.text

    visit(case, ask)


ENDLESS = "select count(*) from range(100000000000) a where a.range % 7 = 3"


def test_a_question_that_takes_long_is_stopped_and_left(case: Path) -> None:
    async def ask(visitor: Visit) -> None:
        for stopped in (True, False):
            await visitor.pilot.press("semicolon")
            visitor.app.prompt.value = ENDLESS
            await visitor.pilot.press("enter")
            while "asking" not in visitor.status:
                await visitor.pilot.pause()
            await visitor.pilot.press("t")
            await visitor.pilot.pause()
            assert visitor.app.view == "timeline"
            while stopped and "nterrupt" not in visitor.status:
                await visitor.pilot.press("escape")
                await visitor.pilot.pause(0.1)

    began = time.monotonic()
    visit(case, ask)
    assert time.monotonic() - began < 60


def test_canned_queries_are_chosen_or_typed(case: Path) -> None:
    async def ask(visitor: Visit) -> None:
        await visitor.press("v")
        assert "balancer-shares" in visitor.text
        await visitor.type(":query slow-requests top=3")
        assert visitor.status == "3 rows"
        await visitor.press("c", "enter")
        assert not visitor.app.sql.listing
        await visitor.press("c")
        names = list(visitor.app.sql._queries)
        await visitor.press(*["j"] * names.index("follow-request"))
        await visitor.press("enter")
        assert visitor.app.prompt.value.startswith("query follow-request ")
        assert visitor.app.prompt.value.endswith("=")

    visit(case, ask)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
def test_every_view_fits_any_size(case: Path, size: tuple[int, int]) -> None:
    async def turn(visitor: Visit) -> None:
        await visitor.press("4", "G")
        await visitor.pilot.resize_terminal(*size)
        await visitor.settle()
        assert any(row.startswith(">10:00") for row in visitor.rows)
        for _ in range(5):
            await visitor.press("tab")
            assert len(visitor.rows) == size[1]
            assert {len(row) for row in visitor.rows} == {size[0]}
            assert visitor.rows[0].startswith("logsleuth")
            assert ("case.duckdb" in visitor.rows[0]) == (size[0] >= 80)

    visit(case, turn)


def test_help_tells_every_key_and_no_key_has_two_meanings(case: Path) -> None:
    keys = Counter(key for names, _, _ in KEYS for key in names.split(","))
    assert set(keys.values()) == {1}

    async def read(visitor: Visit) -> None:
        await visitor.press("?")
        assert "timeline: what happened, in order" in visitor.text
        visitor.app.action_grave("error", "forward")
        await visitor.pilot.resize_terminal(70, 20)
        await visitor.settle()
        assert visitor.app.view == "evidence"
        await visitor.press("q")
        assert "timeline: what happened, in order" not in visitor.text
        assert visitor.app.is_running

    visit(case, read)


def test_whatever_is_shown_can_be_seen(incident: Path) -> None:
    async def look(visitor: Visit) -> None:
        for key in ("1", "2", "3", "4", "5", "?"):
            await visitor.press(key)
            for strip in visitor.app.screen._compositor.render_strips():
                for segment in strip:
                    style = segment.style
                    if segment.text.strip() and style and style.color and style.bgcolor:
                        colors = style.color.get_truecolor(), style.bgcolor.get_truecolor()
                        assert colors[0] != colors[1], (key, segment.text)
        assert visitor.text.count("logsleuth") > 0

    visit(incident, look)


def test_without_colour_there_is_none(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def look(visitor: Visit) -> None:
        await visitor.press("4", "e")
        assert visitor.text.count(" E ") > 0
        for strip in visitor.app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                for color in (style.color, style.bgcolor) if style else ():
                    shade = color.get_truecolor() if color else (0, 0, 0)
                    assert len(set(shade)) == 1, (segment.text, shade)

    visit(case, look)
