"""Cuts lines into the parts of their layout with Arrow's CSV reader: much faster than SQL."""

from __future__ import annotations

import binascii
import codecs
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from logsleuth.case import stamps
from logsleuth.case.lines import positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.case.cuts import Cut, Cuts, Stamp
    from logsleuth.case.lines import Records

Array = np.ndarray[Any, Any]

# What the reader takes at once: its columns then stay in the processor's caches.
_TAKEN: Final = 2 << 20
_TYPES: Final = {"int16": pa.int16(), "int64": pa.int64(), "double": pa.float64()}
# What logs write where there is no number.
_ABSENT: Final = ("-", "")
_WRITTEN: Final = {
    pa.int16(): "^(-?[0-9]{1,4}|-?)$",
    pa.int64(): "^(-?[0-9]{1,18}|-?)$",
    pa.float64(): r"^(-?[0-9]{1,18}(\.[0-9]{1,18})?|-?)$",
}
# A request id of 32 lower case hexadecimal digits is kept as a UUID.
_UUID: Final = "^[0-9a-f]{32}$"
_DIGITS: Final = 32


def schema(cuts: Cuts) -> list[pa.Field]:
    """The columns that cutting gives."""
    fields = [pa.field(stamp.name, pa.timestamp("us")) for stamp in cuts.stamps]
    for part in cuts.parts:
        fields.append(pa.field(part.name, _TYPES.get(part.kind, pa.string())))
        if part.kind == "uuid":
            fields.append(pa.field(f"{part.name}_uuid", pa.uuid()))
    return fields


def split(records: Records, cuts: Cuts) -> tuple[Array, pa.Table] | None:
    """Return the records that can be cut, as indexes, and their parts as the columns of `schema`.

    None where the reader would see other lines than there are.
    """
    if cuts.cuts[0].quotes:
        return _rows(records, cuts)
    if not records.singles:
        return None
    text, odd = _plain(records)
    if cuts.padded:
        text = _padded(text, records.begins)
    longest = int((records.ends - records.begins).max(initial=0))
    try:
        first = _parts(text, records.lines, cuts.cuts[0], 2 * longest)
        if first is None:
            return None
        rows = _Rows(*first)
        for cut in cuts.cuts[1:]:
            rows.cut(cut, 2 * longest)
    except pa.ArrowInvalid:
        # A line over the size of a block.
        return None
    lines, columns = rows.left(odd)
    if len(records.rows) != records.lines:
        # Blank lines, which the reader takes for rows without values.
        solid = np.isin(lines, records.rows, assume_unique=True)
        lines = np.searchsorted(records.rows, lines[solid])
        columns = {n: c if solid.all() else c.filter(pa.array(solid)) for n, c in columns.items()}
    return _timed(lines, columns, cuts)


def _rows(records: Records, cuts: Cuts) -> tuple[Array, pa.Table] | None:
    """The same for records that are rows of CSV."""
    if not len(records.rows):
        return None
    text = records.text[int(records.begins[0]) : int(records.ends[-1])] + b"\n"
    longest = int((records.ends - records.begins).max())
    try:
        found = _parts(text, len(records.rows), cuts.cuts[0], 2 * longest)
    except pa.ArrowInvalid:
        return None
    return None if found is None else _timed(np.flatnonzero(found[1]), found[0], cuts)


def _padded(text: bytes, begins: Array) -> bytes:
    """Lines of syslog with a zero before a day of one digit: `Mar  1` as `Mar 01`."""
    codes = np.frombuffer(text, np.uint8).copy()
    day = begins[begins + 4 < len(codes)] + 4
    codes[day[(codes[day] == ord(" ")) & (codes[day - 1] == ord(" "))]] = ord("0")
    return codes.tobytes()


class _Rows:
    """Columns of which each has lost rows to the cuts before it; all lose the same in the end."""

    def __init__(self, columns: dict[str, pa.ChunkedArray], fits: Array) -> None:
        self._fits = fits
        rows = np.flatnonzero(fits)
        self._columns = {name: (column, rows) for name, column in columns.items()}

    def cut(self, cut: Cut, size: int) -> None:
        """Put the parts of a column in its place."""
        text, good = _as_lines(self._narrowed(*self._columns.pop(cut.source)), cut)
        rows = np.flatnonzero(self._fits)[good]
        found = _parts(text, len(rows), cut, size)
        if found is None:
            message = "the parts are not those of the lines"
            raise pa.ArrowInvalid(message)
        parts, fits = found
        rows = rows if fits.all() else rows[fits]
        self._columns |= {name: (part, rows) for name, part in parts.items()}
        self._fits = np.zeros(len(self._fits), bool)
        self._fits[rows] = True

    def left(self, odd: Array) -> tuple[Array, dict[str, pa.ChunkedArray]]:
        """The rows that every cut has left, without odd ones, and the columns of these."""
        self._fits[odd] = False
        columns = {name: self._narrowed(*column) for name, column in self._columns.items()}
        return np.flatnonzero(self._fits), columns

    def _narrowed(self, column: pa.ChunkedArray, rows: Array) -> pa.ChunkedArray:
        """A column, which has these rows, without those that were lost since."""
        kept = self._fits[rows]
        return column if kept.all() else column.filter(pa.array(kept))


def _plain(records: Records) -> tuple[bytes, Array]:
    """The text without what the reader takes otherwise, and the lines that had some of it.

    It takes a carriage return alone for the end of a line.
    """
    text = records.text
    odd = np.empty(0, np.int64)
    if b"\r" not in text or text.count(b"\r") == text.count(b"\r\n"):
        return text, odd
    codes = np.frombuffer(text, np.uint8).copy()
    found = positions(text, 13)
    alone = found[np.append(codes, 10)[found + 1] != 10]
    codes[alone] = ord("?")
    lines = np.searchsorted(positions(text, 10), alone)
    return codes.tobytes(), np.unique(lines)


def _as_lines(column: pa.ChunkedArray, cut: Cut) -> tuple[bytes, Array]:
    """The texts of a column with a line end behind each, and which of them are in it."""
    strings = _combined(column)
    codes, edges = _bytes(strings)
    good = np.diff(edges) > bool(cut.edge)
    if not len(good):
        return b"", good
    by = ord(cut.by)
    if cut.edge and good.all():
        good = codes[edges[1:] - 1 if cut.edge == "end" else edges[:-1]] == by
    if not good.all():
        kept, still = _as_lines(pa.chunked_array([strings.filter(pa.array(good))]), cut)
        good[np.flatnonzero(good)[~still]] = False
        return kept, good
    if not cut.edge:
        return np.insert(codes, edges[1:], 10).tobytes(), good
    marks = codes.copy()
    if cut.edge == "end":
        marks[edges[1:] - 1] = 10
        return marks.tobytes(), good
    marks[edges[:-1]] = 10
    return marks[1:].tobytes() + b"\n", good


def _bytes(strings: pa.StringArray) -> tuple[Array, Array]:
    """The bytes of some strings, and where each begins and ends in them."""
    _, offsets, data = strings.buffers()
    if not len(strings):
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    edges = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    codes = np.frombuffer(data or b"", np.uint8)[edges[0] : edges[-1]]
    return codes, edges - edges[0]


def _parts(
    text: bytes, count: int, cut: Cut, size: int
) -> tuple[dict[str, pa.ChunkedArray], Array] | None:
    """The parts of lines, and which of the lines have exactly these."""
    others: list[int] = []
    table, good = _typed(text, cut, size, others)
    if len(good) + len(others) != count:
        return None
    for part in cut.into:
        if part.literal is not None:
            good = good & _are(table[part.name], part.literal)
        if part.pattern:
            good = good & _match(table[part.name], part.pattern)
    fits = np.ones(count, bool)
    fits[np.array(others, np.int64) - 1] = False
    kept = table.select([part.name for part in cut.into if part.literal is None])
    if not good.all():
        fits[np.flatnonzero(fits)[~good]] = False
        kept = kept.filter(pa.array(good))
    return dict(zip(kept.column_names, kept.columns, strict=True)), fits


def _typed(text: bytes, cut: Cut, size: int, others: list[int]) -> tuple[pa.Table, Array]:
    """The parts of lines as values, and which are what they should be."""
    names = [part.name for part in cut.into]
    types = {p.name: _TYPES.get(p.kind, pa.string()) for p in cut.into}
    if not text:
        table = pa.table([pa.array([], types[name]) for name in names], names)
    else:
        try:
            table = _read(text, cut, types, size, others)
        except pa.ArrowInvalid:
            others.clear()
            texts = dict.fromkeys(names, pa.string())
            return _numbers(_read(text, cut, texts, size, others), types)
    return table, np.ones(len(table), bool)


def _numbers(table: pa.Table, types: dict[str, pa.DataType]) -> tuple[pa.Table, Array]:
    """Read numbers where there are some; the other rows are told, and have no value."""
    import pyarrow.compute as pc

    good = np.ones(len(table), bool)
    for index, (name, kind) in enumerate(types.items()):
        if kind == pa.string():
            continue
        known = pc.match_substring_regex(table[name], _WRITTEN[kind])
        present = pc.and_(known, pc.not_equal(table[name], "-"))
        present = pc.and_(present, pc.not_equal(table[name], ""))
        numbers = pc.if_else(present, table[name], None).cast(kind)
        table = table.set_column(index, name, numbers)
        good &= np.asarray(known)
    return table, good


def _are(column: pa.ChunkedArray, literal: str) -> Array:
    """Which texts of a column are a literal; all are, as a rule."""
    import pyarrow.compute as pc

    expected = literal.encode()
    for chunk in column.chunks:
        codes, edges = _bytes(chunk)
        if len(codes) != len(expected) * len(chunk) or codes.tobytes() != expected * len(chunk):
            return np.asarray(pc.equal(column, literal))
        if len(expected) and not (np.diff(edges) == len(expected)).all():
            return np.asarray(pc.equal(column, literal))
    return np.ones(len(column), bool)


def _match(column: pa.ChunkedArray, pattern: str) -> Array:
    """Which texts of a column match as a whole; the same text is looked at once."""
    import pyarrow.compute as pc

    if not len(column):
        return np.ones(0, bool)
    texts = _combined(column).dictionary_encode()
    known = pc.match_substring_regex(texts.dictionary, f"^(?:{pattern})$")
    matches: Array = np.asarray(known)[texts.indices.to_numpy()]
    return matches


def _read(
    text: bytes, cut: Cut, types: dict[str, pa.DataType], size: int, others: list[int]
) -> pa.Table:
    from pyarrow import csv

    def skip(row: Any) -> str:
        others.append(row.number)
        return "skip"

    if text.startswith(codecs.BOM_UTF8):
        # The reader drops one.
        text = codecs.BOM_UTF8 + text
    return csv.read_csv(
        pa.BufferReader(text),
        csv.ReadOptions(
            use_threads=False, column_names=list(types), block_size=max(_TAKEN, size)
        ),
        csv.ParseOptions(
            delimiter=cut.by, quote_char='"' if cut.quotes else False,
            double_quote=cut.quotes, newlines_in_values=cut.quotes, escape_char=False,
            ignore_empty_lines=cut.quotes,
            invalid_row_handler=skip,
        ),
        csv.ConvertOptions(
            check_utf8=False, column_types=types, strings_can_be_null=False,
            null_values=_ABSENT,
        ),
    )  # fmt: skip


def _timed(lines: Array, columns: dict[str, pa.ChunkedArray], cuts: Cuts) -> tuple[Array, pa.Table]:
    """The parts in the order of `schema`, for the lines whose times hold."""
    good = np.ones(len(lines), bool)
    times: list[Array] = []
    for stamp in cuts.stamps:
        time, holds = _time([columns[name] for name in stamp.sources], stamp)
        times.append(time)
        good &= holds
    if not good.all():
        kept = pa.array(good)
        lines, times = lines[good], [time[good] for time in times]
        columns = {part.name: columns[part.name].filter(kept) for part in cuts.parts}
    arrays = [pa.array(time, pa.int64()).cast(pa.timestamp("us")) for time in times]
    for part in cuts.parts:
        column = columns[part.name]
        arrays += _identifiers(column) if part.kind == "uuid" else [column]
    return lines, pa.Table.from_arrays(arrays, schema=pa.schema(schema(cuts)))


def _time(written: Sequence[pa.ChunkedArray], stamp: Stamp) -> tuple[Array, Array]:
    """Times that are as wide as the first one, and which of all texts are such."""
    strings = [_bytes(_combined(column)) for column in written]
    count = len(strings[0][1]) - 1
    good = np.ones(count, bool)
    if not count:
        return np.zeros(0, np.int64), good
    widths = [int(edges[1]) for _, edges in strings]
    for (_, edges), width in zip(strings, widths, strict=True):
        good &= np.diff(edges) == width
    rows = np.flatnonzero(good)
    cells = [
        codes.reshape(count, -1)
        if len(rows) == count
        else codes[edges[rows, None] + np.arange(width)]
        for (codes, edges), width in zip(strings, widths, strict=True)
    ]
    before, after = stamp.before.encode(), stamp.after.encode()
    space = np.full((len(rows), 1), ord(" "), np.uint8)
    whole = np.hstack([c for cell in cells for c in (cell, space)][:-1])
    if whole.shape[1] <= len(before) + len(after):
        return np.zeros(count, np.int64), np.zeros(count, bool)
    end = whole.shape[1] - len(after)
    fits = (whole[:, : len(before)] == np.frombuffer(before, np.uint8)).all(axis=1)
    fits &= (whole[:, end:] == np.frombuffer(after, np.uint8)).all(axis=1)
    time, holds = stamps.parse(whole[:, len(before) : end], stamp.layout)
    every = np.zeros(count, np.int64)
    every[rows] = time
    good[rows] = fits & holds
    return every, good


def _identifiers(column: pa.ChunkedArray) -> list[pa.Array]:
    """Texts that are no UUID of 32 lower case digits, and those that are."""
    texts = _combined(column)
    codes, edges = _bytes(texts)
    count = len(texts)
    held = codes.tobytes()
    whole = len(held) == _DIGITS * count and bool((np.diff(edges) == _DIGITS).all())
    known = np.ones(count, bool)
    if not whole or _unhexed(held) is None:
        import pyarrow.compute as pc

        known = np.asarray(pc.match_substring_regex(texts, _UUID))
        held = _bytes(texts.filter(pa.array(known)))[0].tobytes()
        texts = pc.if_else(pa.array(known), None, texts)
    else:
        texts = pa.nulls(count, pa.string())
    values = np.zeros((count, _DIGITS // 2), np.uint8)
    values[known] = np.frombuffer(_unhexed(held) or b"", np.uint8).reshape(-1, _DIGITS // 2)
    there = pa.py_buffer(np.packbits(known, bitorder="little"))
    stored = pa.Array.from_buffers(pa.binary(16), count, [there, pa.py_buffer(values)])
    return [texts, pa.ExtensionArray.from_storage(pa.uuid(), stored)]


def _unhexed(digits: bytes) -> bytes | None:
    """The bytes that lower case hexadecimal digits write; None of anything else."""
    try:
        return binascii.unhexlify(digits) if digits == digits.lower() else None
    except ValueError:
        return None


def _combined(column: pa.ChunkedArray) -> pa.StringArray:
    chunks = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks or [pa.array([], "string")])
