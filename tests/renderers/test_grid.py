"""Tables at the widths of terminals: nothing sticks out, and no figure is cut."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from logsleuth.renderers.table import Look, write_rows

AT = datetime(2026, 3, 1, 10, 14, 5, 120_000, tzinfo=UTC)
NAMES = ["at", "server", "requests", "share", "message"]
ROWS: list[tuple[Any, ...]] = [
    (AT, "10.0.0.1:8080", 1_234_567, 0.123456, "upstream prematurely closed connection " * 3),
    (AT, "日本語のサーバー", 7, None, "a\x1b[31mb"),
]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(width: int, names: list[str] = NAMES, rows: Any = ROWS, **look: Any) -> list[str]:
    screen = Screen()
    write_rows(screen, names, rows, "table", Look(width=width, **look))
    return screen.getvalue().splitlines()


def length(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_nothing_sticks_out_and_figures_are_whole(width: int) -> None:
    shown = lines(width)
    assert max(map(length, shown)) <= width
    assert "1234567" in "\n".join(shown)
    if width >= 60:
        assert "2026-03-01T10:14:05.120000Z" in "\n".join(shown)
    assert "\x1b" not in "".join(shown)


def test_long_texts_are_cut_first() -> None:
    shown = lines(90)
    assert shown[0].split() == NAMES
    assert shown[2].endswith("…")
    assert "10.0.0.1:8080" in shown[2]


def test_where_columns_have_no_room_rows_are_blocks() -> None:
    names = [f"column_{n}" for n in range(12)]
    shown = lines(60, names, [tuple(range(1_000_000, 1_000_012)), (None,) * 12])
    assert len(shown) == 26
    assert shown[0].startswith("── 1 ─")
    assert shown[1] == "column_0   1000000"
    assert shown[13].startswith("── 2 ─")


def test_colours_are_asked_for() -> None:
    plain, inked = lines(90), lines(90, color=True)
    assert [line.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
            for line in inked] == plain  # fmt: skip
    assert inked[0].startswith("\x1b[1m")


@pytest.mark.parametrize("style", ["table", "md"])
def test_people_get_times_in_their_zone(style: str) -> None:
    stream, zone = io.StringIO(), timezone(timedelta(hours=1))
    write_rows(stream, ["at"], [(AT,), ([AT.replace(tzinfo=None)],)], style, Look(zone=zone))
    assert stream.getvalue().count("2026-03-01T11:14:05.120000+01:00") == 2


@pytest.mark.parametrize("style", ["csv", "json", "jsonl"])
def test_programs_get_the_same_whatever_is_set(style: str) -> None:
    plain, other = io.StringIO(), io.StringIO()
    write_rows(plain, NAMES, ROWS, style)
    look = Look(width=20, color=True, zone=timezone(timedelta(hours=1)))
    write_rows(other, NAMES, ROWS, style, look)
    assert plain.getvalue() == other.getvalue()
    assert "2026-03-01T10:14:05.120000Z" in plain.getvalue()


def test_a_table_without_rows_or_columns() -> None:
    assert lines(80, ["a"], []) == ["a", "─"]
    assert len(lines(20, [], [])) == 2


def test_heads_are_broken_before_a_text_is_cut() -> None:
    names = ["server", "configured_share", "observed_share"]
    shown = lines(37, names, [("10.0.0.1:8080", 0.25, 0.75)])
    assert [line.split() for line in shown[:2]] == [
        ["configured_", "observed_"], ["server", "share", "share"]
    ]  # fmt: skip
    assert shown[3].split() == ["10.0.0.1:8080", "0.25", "0.75"]
    assert max(map(length, shown)) <= 37


def test_a_sentence_of_which_little_would_be_left_is_shown_below_the_rest() -> None:
    shown = lines(60, ["at", "what"], [(AT, "a sentence of many words " * 2)])
    assert shown[0].startswith("at ")
    shown = lines(40, ["at", "what"], [(AT, "a sentence of many words")])
    assert shown[0].startswith("── 1 ─")
    assert shown[2] == "what  a sentence of many words"
