"""Records are cut where they begin, wherever the blocks of the file were cut."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.case.lines import LONGEST, Cutter, Records, exact_spans, spans
from logsleuth.formats.reader import Reader

ONE = Reader(format="any", role="application", stamps="end", shapes=())
STARTS = replace(ONE, starts=r"^\d")
LED = replace(STARTS, leads=r"^\+\+\+$")
# Lines in a small alphabet, so that starts, blanks, ends and bytes that are no text meet often.
PIECES = st.sampled_from(
    [b"1", b"23", b" x", b"\t", b"\n", b"\n", b"\r\n", b"\r", b"\0", b"\xff", "é".encode(),
     b"+++\n", b'"', b'a"b"c\n', b"\xef\xbb\xbf"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map(b"".join)
SIZES = st.lists(st.integers(1, 17), min_size=1, max_size=5)


def cut(data: bytes, reader: Reader, sizes: list[int], longest: int = LONGEST) -> list[Records]:
    blocks: list[bytes] = []
    while data:
        size = sizes[len(blocks) % len(sizes)]
        blocks.append(data[:size])
        data = data[size:]
    cutter = Cutter(reader, longest)
    found: list[Records] = []
    for index, block in enumerate(blocks):
        found += cutter.cut(block, last=index == len(blocks) - 1)
    return found


def places(pieces: list[Records]) -> list[tuple[int, int, int, int]]:
    """Line, offset, length and number of lines of every record."""
    return [
        (p.line + int(row), p.offset + int(begin), int(end - begin), int(count))
        for p in pieces
        for row, begin, end, count in zip(p.rows, p.begins, p.ends, p.spans, strict=True)
    ]


def physical(data: bytes) -> int:
    """What `wc -l` counts, and one for a last line without an end."""
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))


@pytest.mark.parametrize("reader", [ONE, STARTS, LED])
@settings(deadline=None)
@given(data=TEXTS, sizes=SIZES)
def test_blocks_make_no_difference(reader: Reader, data: bytes, sizes: list[int]) -> None:
    assert places(cut(data, reader, sizes)) == places(cut(data, reader, [1 << 20]))


@pytest.mark.parametrize("reader", [ONE, STARTS, LED])
@settings(deadline=None)
@given(data=TEXTS, sizes=SIZES, longest=st.sampled_from([6, 30, LONGEST]))
def test_every_line_is_accounted_for_once(
    reader: Reader, data: bytes, sizes: list[int], longest: int
) -> None:
    pieces = cut(data, reader, sizes, longest)
    records = sum(int(p.spans.sum()) for p in pieces)
    others = sum(p.blank + len(p.orphans) + len(p.overlong) for p in pieces)
    assert sum(p.lines for p in pieces) == records + others == physical(data)


@settings(deadline=None)
@given(data=TEXTS, sizes=SIZES)
def test_offsets_give_the_lines_back(data: bytes, sizes: list[int]) -> None:
    lines = data.split(b"\n")
    for line, offset, length, count in places(cut(data, ONE, sizes)):
        assert count == 1
        assert data[offset : offset + length] == lines[line - 1].removesuffix(b"\r")


@settings(deadline=None)
@given(data=TEXTS, sizes=SIZES)
def test_a_record_has_its_lines(data: bytes, sizes: list[int]) -> None:
    for line, offset, length, count in places(cut(data, STARTS, sizes)):
        record = data[offset : offset + length]
        assert re.match(rb"\d", record)
        assert data[:offset].count(b"\n") == line - 1
        assert sum(bool(part.strip()) for part in record.split(b"\n")) == count


@settings(deadline=None)
@given(data=TEXTS)
def test_text_is_valid_and_as_long(data: bytes) -> None:
    for piece in cut(data, ONE, [1 << 20]):
        assert len(piece.text) == len(piece.data)
        assert "\0" not in piece.text.decode()


def test_blank_lines_are_in_no_record() -> None:
    (piece,) = cut(b"\n1 a\n \t \r\n\n2 b\n\n", ONE, [100])
    assert places([piece]) == [(2, 1, 3, 1), (5, 11, 3, 1)]
    assert (piece.lines, piece.blank) == (6, 4)


def test_lines_before_the_first_record_are_orphans() -> None:
    pieces = cut(b"late\n\nlater\n1 a\n b\n", STARTS, [3])
    orphans = [
        (line, p.offset + begin, p.offset + end)
        for p in pieces
        for line, begin, end in p.orphans.tolist()
    ]
    assert orphans == [(1, 0, 4), (3, 6, 11)]
    assert places(pieces) == [(4, 12, 6, 2)]


def test_a_line_that_leads_takes_the_next_one_along() -> None:
    assert places(cut(b"1\n+++\n2\n3\n", LED, [2])) == [(1, 0, 7, 3), (4, 8, 1, 1)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_line_without_end_is_one_and_not_held(size: int) -> None:
    data = b"1 a\n" + b"x" * 500 + b"\n2 b\n"
    pieces = cut(data, ONE, [size], longest=20)
    if size == 1000:
        assert len(places(pieces)) == 3
        return
    (long,) = (o for p in pieces for o in p.overlong)
    assert (long.line, long.offset, long.length) == (2, 4, 500)
    assert long.head == b"x" * len(long.head)
    assert len(long.head) < 40
    assert [place[0] for place in places(pieces)] == [1, 3]


def test_a_record_that_grows_without_end_is_cut() -> None:
    data = b"1 a\n" + b" more\n" * 50
    pieces = cut(data, STARTS, [10], longest=30)
    assert max(len(p.data) for p in pieces) < 60
    assert sum(len(p.orphans) for p in pieces) > 30


def test_spans_copy_only_where_more_than_line_ends_is_left_out() -> None:
    data = b"ab\ncd\n"
    begins, ends = np.array([0, 3]), np.array([2, 5])
    shared = spans(data, begins, ends, pa.large_binary())
    assert shared.buffers()[2].address == pa.py_buffer(data).address
    assert exact_spans(data, begins, ends, pa.large_binary()).to_pylist() == [b"ab", b"cd"]
    apart = spans(data, np.array([0, 5]), np.array([1, 6]), pa.large_binary())
    assert apart.to_pylist() == [b"a", b"\n"]
    assert len(spans(data, begins[:0], ends[:0], pa.large_binary())) == 0
