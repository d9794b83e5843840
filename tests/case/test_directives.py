"""What directives tell holds for the records below them, wherever the blocks of a file were cut."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.case.lines import Cutter
from logsleuth.formats.reader import Reader

PATTERN = r"^#(?:F:(?P<names>\w+)|D:(?P<date>\d{4}-\d\d-\d\d|\d\d?-[A-Za-z]{3}-\d{4})|.*)"
READER = Reader(
    format="any", role="balancer", stamps="end", shapes=(), directives=PATTERN
)  # fmt: skip
LINES = st.sampled_from(
    ["a", "b c", "", " ", "#", "#F:one", "#F:two", "#D:2026-03-02", "#D:3-Mar-2026", "# F:no"]
)


def told(text: str, size: int) -> list[tuple[int, str, str]]:
    """Line, names and date of every record, the text being cut in blocks."""
    data = text.encode()
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    cutter = Cutter(READER)
    found = []
    for index, block in enumerate(blocks):
        for piece in cutter.cut(block, last=index == len(blocks) - 1):
            assert piece.told is not None
            names = [piece.told.names[i] for i in piece.told.which]
            lines = (piece.line + piece.rows).tolist()
            found += list(zip(lines, names, piece.told.dates.to_pylist(), strict=True))
    return found


def expected(lines: list[str]) -> list[tuple[int, str, str]]:
    names = date = ""
    found = []
    for number, line in enumerate(lines, 1):
        if match := re.match(PATTERN, line):
            names = match["names"] or names
            date = (match["date"] or date).replace("3-Mar-2026", "2026-03-03")
        elif line.strip():
            found.append((number, names, date))
    return found


@settings(deadline=None)
@given(st.lists(LINES, max_size=30), st.integers(1, 60))
def test_the_last_directive_of_a_kind_holds(lines: list[str], size: int) -> None:
    assert told("".join(f"{line}\n" for line in lines), size) == expected(lines)


def test_directives_are_neither_records_nor_blank_lines() -> None:
    data = b"#F:one\na\n\n#D:2026-03-02\nb\n"
    [piece] = Cutter(READER).cut(data, last=True)
    assert (piece.lines, piece.blank, len(piece.rows)) == (5, 1, 2)
    assert piece.spans.tolist() == [1, 1]


def test_more_lists_of_columns_than_any_server_writes_count_as_none() -> None:
    text = "".join(f"#F:n{i}\nx\n" for i in range(200))
    names = [name for _, name, _ in told(text, 4096)]
    assert names[:2] == ["n0", "n1"]
    assert set(names[100:]) == {""}


def test_a_pattern_without_groups_tells_nothing() -> None:
    cutter = Cutter(Reader(format="any", role="a", stamps="end", shapes=(), directives="^#"))
    [piece] = cutter.cut(b"#x\na\n", last=True)
    assert piece.told is not None
    assert (list(piece.told.names), piece.told.dates.to_pylist()) == ([""], [""])
