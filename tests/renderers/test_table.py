from __future__ import annotations

import csv
import io
import json
import math
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from logsleuth.errors import UsageError
from logsleuth.renderers.table import FORMATS, write_rows

NAIVE = datetime(2026, 3, 1, 10, 14, 5)  # noqa: DTZ001 - a case holds such times
ROWS: list[tuple[Any, ...]] = [
    ("web", 12, 0.1, NAIVE, None),
    ("a|b\n\x1b[31m", 7, 1234.5, NAIVE.replace(microsecond=120_000), True),
]
NAMES = ["pool", "requests", "share", "ts", "skewed"]


def written(style: str, names: list[str] = NAMES, rows: Any = ROWS) -> str:
    stream = io.StringIO()
    write_rows(stream, names, rows, style)
    return stream.getvalue()


def value(raw: Any) -> Any:
    return json.loads(written("jsonl", ["x"], [(raw,)]))["x"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_jsonl_is_one_object_a_line() -> None:
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert lines[0] == {
        "pool": "web",
        "requests": 12,
        "share": 0.1,
        "ts": "2026-03-01T10:14:05Z",
        "skewed": None,
    }
    assert lines[1]["ts"] == "2026-03-01T10:14:05.120000Z"
    assert lines[1]["pool"] == "a|b\n\x1b[31m"
    assert written("jsonl").isascii()


def test_jsonl_is_written_as_the_rows_come() -> None:
    stream = io.StringIO()

    def rows() -> Any:
        yield (1,)
        assert stream.getvalue() == '{"n": 1}\n'
        yield (2,)

    write_rows(stream, ["n"], rows(), "jsonl")
    assert stream.getvalue() == '{"n": 1}\n{"n": 2}\n'


def test_json_is_one_array() -> None:
    assert json.loads(written("json")) == [
        json.loads(line) for line in written("jsonl").splitlines()
    ]
    assert json.loads(written("json", ["x"], [])) == []


def test_csv_keeps_every_character_in_a_file() -> None:
    rows = list(csv.reader(io.StringIO(written("csv"), newline="")))
    assert rows[0] == NAMES
    assert rows[1] == ["web", "12", "0.1", "2026-03-01T10:14:05Z", ""]
    assert rows[2][0] == "a|b\n\x1b[31m"


def test_markdown_is_a_table_that_text_cannot_break() -> None:
    lines = written("md").splitlines()
    assert lines[0] == "| pool | requests | share | ts | skewed |"
    assert lines[1] == "| --- | ---: | ---: | --- | --- |"
    assert lines[3].startswith("| a\\|b<br>⟨ESC⟩\\[31m | 7 | 1234.5 |")
    assert "<script" not in written("md", ["x"], [("<script>",)]).replace("\\<script", "")


def test_a_table_lines_up() -> None:
    lines = written("table").splitlines()
    assert lines[0].split() == NAMES
    assert set(lines[1]) == {"─", " "}
    assert "a|b⟨LF⟩⟨ESC⟩[31m" in lines[3]
    assert lines[2].index("12") + 2 == lines[3].index("7 ") + 1


@pytest.mark.parametrize("style", ["table", "csv", "md"])
def test_nothing_that_acts_reaches_a_terminal(style: str) -> None:
    stream = Terminal()
    write_rows(stream, NAMES, ROWS, style)
    assert "\x1b" not in stream.getvalue()


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    write_rows(stream, ["id", "message"], [(1, "long " * 40), (2, "日本" * 40)], "table")
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 30
    assert lines[2].endswith("…")
    assert "long " * 40 in written("table", ["id", "message"], [(1, "long " * 40 + "!")])


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (NAIVE.replace(tzinfo=timezone(timedelta(hours=2))), "2026-03-01T08:14:05Z"),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T00:00:00Z"),
        (date(2026, 3, 1), "2026-03-01"),
        (time(10, 14), "10:14:00"),
        (timedelta(minutes=1, milliseconds=500), 60.5),
        (Decimal("0.25"), 0.25),
        (math.nan, None),
        (math.inf, None),
        (Decimal("NaN"), None),
        (b"ok \xff\\\x1b", "ok \\xff\\\\\\x1b"),
        (bytearray(b"raw"), "raw"),
        ([1, None, NAIVE], [1, None, "2026-03-01T10:14:05Z"]),
        ({"a": Decimal(1), 2: b"x"}, {"a": 1.0, "2": "x"}),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (2**100, 2**100),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_every_type_of_a_case_has_a_plain_value(raw: Any, plain: Any) -> None:
    assert value(raw) == plain


def test_two_columns_of_one_name_are_both_kept() -> None:
    assert json.loads(written("jsonl", ["a", "a", "a_2"], [(1, 2, 3)])) == {
        "a": 1,
        "a_2": 2,
        "a_2_2": 3,
    }


def test_floats_are_short_for_people_and_whole_for_programs() -> None:
    assert "0.333333\n" in written("table", ["x"], [(1 / 3,)])
    assert "0.3333333333333333" in written("csv", ["x"], [(1 / 3,)])
    assert "1e-09" in written("table", ["x"], [(1e-9,)])


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as refused:
        written("xml")
    assert all(style in refused.value.hint for style in FORMATS)
