"""Lines cut by Arrow have the parts that Python finds, and every other line is left."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logsleuth.case import cuts, headers, stamps
from logsleuth.case.lines import Cutter, Records
from logsleuth.case.split import schema, split
from logsleuth.formats import layout
from logsleuth.formats.reader import BoundField, BoundShape, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPES = {"status": "status", "took": "seconds", "size": "bytes", "id": "request-id"}


def compiled(text: str, when: str = "") -> cuts.Cuts | None:
    tokens = layout.tokens(text)
    fields = [
        BoundField("ts", "time", (t.text,), when)
        if t.text.startswith("time")
        else BoundField("message", TYPES.get(t.text, "text"), (t.text,))
        for t in tokens
        if t.variable
    ]
    return cuts.compile_cuts(BoundShape("layout", tuple(fields), tokens), tokens)


def pieces(data: bytes) -> list[Records]:
    reader = Reader("x", "balancer", "end", ())
    return list(Cutter(reader).cut(data, last=True)) if data else []


def rows(data: bytes, text: str, when: str = "") -> tuple[list[int], list[tuple[object, ...]]]:
    """The lines that were cut, and their parts."""
    (piece,) = pieces(data)
    made = compiled(text, when)
    assert made is not None
    found = split(piece, made)
    assert found is not None
    lines, table = found
    assert table.schema.names == [field.name for field in schema(made)]
    return lines.tolist(), list(zip(*(c.to_pylist() for c in table.columns), strict=True))


FIRST, LAST = datetime(1980, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
PART = st.text('ab 1-./"\r\ufeffé', max_size=6)
ROW = st.tuples(PART, PART, PART, PART).map(lambda p: f'{p[0]} "{p[1]}" {p[2]} [{p[3]}]')


@settings(deadline=None)
@given(lines=st.lists(st.one_of(ROW, PART), min_size=1, max_size=8))
@example(lines=[' ""  []', 'é""'])
def test_cutting_finds_the_lines_and_parts_that_a_pattern_finds(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    pattern = re.compile(r'([^" \r]+) "([^"\r]*)" ([^" \r]*) \[([^" \r]*)\]')
    made = compiled('$a "$b" $c [$d]')
    assert made is not None
    for piece in pieces(data):
        found = split(piece, made)
        assert found is not None
        texts = [piece.text[b:e].decode() for b, e in zip(piece.begins, piece.ends, strict=True)]
        matches = [pattern.fullmatch(t.removesuffix("\r")) for t in texts]
        # Brackets are the query's to look at.
        kept = [i for i in found[0].tolist() if matches[i]]
        assert kept == [i for i, match in enumerate(matches) if match]
        for line, row in zip(found[0].tolist(), found[1].to_pylist(), strict=True):
            match = matches[line]
            if match:
                a, b, c, d = match.groups()
                assert row == {"q1_1": a, "q2": b, "q3_1": c, "q3_2": f"[{d}]"}


def test_numbers_and_ids_come_as_values() -> None:
    uuid = "0123456789abcdef0123456789abcdef"
    data = (
        f"200 0.5 12 {uuid}\n- - - -\n2e2 0.5 12 {uuid}\n404 1 7 {uuid.upper()}\n"
        f"99999 0.5 12 {uuid}\n500 x 12 {uuid}\n"
    ).encode()
    lines, parts = rows(data, "$status $took $size $id")
    assert lines == [0, 1, 3]
    assert [part[:3] for part in parts] == [(200, 0.5, 12), (None, None, None), (404, 1.0, 7)]
    assert [part[3] for part in parts] == [None, "-", uuid.upper()]
    assert [part[4] and part[4].hex for part in parts] == [uuid, None, None]  # type: ignore[attr-defined]


def test_variables_between_separators_are_cut_again() -> None:
    lines, parts = rows(b"a/b 1/2/3\na 1/2/3\na/b 1/2\n", "$pool/$server $x/$y/$z")
    assert lines == [0]
    assert sorted(map(str, parts[0])) == ["1", "2", "3", "a", "b"]


CSV = st.text('ab "\n,é', max_size=6)


@settings(deadline=None)
@given(rows=st.lists(st.lists(CSV, min_size=2, max_size=4), min_size=1, max_size=6))
def test_rows_of_csv_are_cut_as_they_were_written(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [[f"2026-03-01 10:00:0{n}", *row] for n, row in enumerate(rows)]
    )
    fields = (BoundField("message", "text", ("b",)),)
    made = cuts.compile_rows(BoundShape("csv", fields), ["a", "b", "c", "d"], 4)
    starts = r'^"2026-03-01 10:00:0\d",'
    reader = Reader("x", "database", "end", (), starts=starts)
    (piece,) = Cutter(reader).cut(out.getvalue().encode(), last=True)
    found = split(piece, made)
    if found is not None:
        expected = [i for i, row in enumerate(rows) if len(row) == 3]
        assert found[0].tolist() == expected
        cells = [list(row.values())[1:] for row in found[1].to_pylist()]
        assert cells == [rows[i] for i in expected]


@pytest.mark.parametrize("header", ["lb1 haproxy[7]: ", "haproxy[7]: ", "lb1 haproxy: "])
@pytest.mark.parametrize("at", ["Mar  1 10:00:00 ", "Mar 11 10:00:00 ", "2026-03-01T10:00:00Z "])
def test_headers_of_syslog_are_cut_with_the_line(at: str, header: str) -> None:
    line = f"{at}{header}/cart 200\n".encode()
    tokens = layout.tokens("$path $status")
    fields = (BoundField("path", "text", ("path",)), BoundField("status", "status", ("status",)))
    shape = BoundShape("layout", fields, tokens)
    (piece,) = pieces(line)
    ways = list(headers.cuts("syslog", shape, tokens))
    found = [found for way in ways if (found := split(piece, way)) and len(found[0])]
    assert any("/cart" in row.values() and 200 in row.values() for row in found[0][1].to_pylist())


def test_blank_lines_and_carriage_returns_are_left() -> None:
    data = b"\xef\xbb\xbfa 1\n\n b\rc 1\nd 2\r\n  \ne 3"
    assert rows(data, "$a $b") == ([0, 2, 3], [("\ufeffa", "1"), ("d", "2"), ("e", "3")])


@pytest.mark.parametrize("text", ["$a$b", '$a "$b', "$a\u2002$b", "$a"])
def test_layouts_without_clear_ends_are_not_cut(text: str) -> None:
    assert compiled(text) is None


@pytest.mark.parametrize(
    ("when", "written"),
    [
        ("clf", "%d/%b/%Y:%H:%M:%S %z"),
        ("clf-local", "%d/%b/%Y:%H:%M:%S.%f"),
        ("iso-utc", "%Y-%m-%dT%H:%M:%S.%fZ"),
        ("iso-offset", "%Y-%m-%d %H:%M:%S%z"),
        ("iso-local", "%Y-%m-%d %H:%M:%S,%f"),
        ("iso-zone", "%Y-%m-%d %H:%M:%S.%f %Z"),
    ],
)
@settings(deadline=None)
@given(times=st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=5))
def test_times_are_read_to_the_microsecond(
    when: str, written: str, times: Sequence[datetime]
) -> None:
    texts = [t.replace(tzinfo=UTC).strftime(written).encode() for t in times]
    codes = np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), -1)
    read, good = stamps.parse(codes, when)
    assert good.all()
    step = timedelta(microseconds=1) if "%f" in written else timedelta(seconds=1)
    assert [EPOCH + timedelta(microseconds=int(us)) for us in read] == [
        t - (t - EPOCH) % step for t in times
    ]


@pytest.mark.parametrize(
    "text",
    [
        "32/Mar/2026:10:00:00 +0000", "00/Mar/2026:10:00:00 +0000", "29/Feb/2026:10:00:00 +0000",
        "01/Mär/2026:10:00:00 +000", "01/mar/2026:10:00:00 +0000", "01/Mar/2026:24:00:00 +0000",
        "01/Mar/2026:10:60:00 +0000", "01/Mar/2026:10:00:60 +0000", "01/Mar/2026:10:0a:00 +0000",
        "01-Mar-2026:10:00:00 +0000", "01/Mar/2026:10:00:00 *0000", "01/Mar/2026:10:00:00 +00a0",
    ],
)  # fmt: skip
def test_what_is_no_time_does_not_hold(text: str) -> None:
    good = "01/Mar/2026:10:00:00 +0130"
    for first, second in ((good, text), (text, good), (text, text)):
        codes = np.frombuffer((first + second).encode(), np.uint8).reshape(2, -1)
        read, holds = stamps.parse(codes, "clf")
        assert not holds[[first == text, second == text]].any()
        for us in read[holds]:
            assert us == datetime(2026, 3, 1, 8, 30, tzinfo=UTC).timestamp() * 1e6
