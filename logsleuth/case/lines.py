"""Cuts blocks of bytes into records: where each begins, and how many lines it has."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.formats.reader import Reader

Array = np.ndarray[Any, Any]

# A record may not keep more than this waiting for its end; a line this long is one on its own.
_LONGEST: Final = 64 << 20
# Small batches inside a table let DuckDB scan it on every core.
_ROWS: Final = 20_480


def _masked(error: UnicodeError) -> tuple[str, int]:
    """Replace each invalid byte by one byte, so that every offset stays true."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "?" * (error.end - error.start), error.end


codecs.register_error("logsleuth.mask", _masked)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one batch: what DuckDB parses, and the accounts of what it was cut from.

    `table` has line, byte_offset, byte_length and text; `spans` the physical lines of each record
    without blanks. `orphans` are lines before the first start, as (line, offset, length).
    """

    table: pa.Table
    spans: Array
    first: int
    lines: int
    blank: int
    orphans: tuple[tuple[int, int, int], ...]
    buffer: bytes
    offset: int


class Cutter:
    """Turns the blocks of one file into batches of records, carrying what a block cuts in two."""

    def __init__(self, reader: Reader) -> None:
        """Prepare to cut records where the reader's format has them start."""
        self._starts = reader.starts
        self._leads = reader.leads
        self._wrapped = reader.wrapper != "none"
        self._line = 1
        self._offset = 0
        self._rest = b""

    def cut(self, block: bytes, *, last: bool) -> Iterator[Records]:
        """Yield the records that end in this block; with `last`, all that is left."""
        data = self._rest + block
        end = len(data) if last else data.rfind(b"\n") + 1
        if not end and len(data) < _LONGEST:
            self._rest = data
            return
        end = end or len(data)
        self._rest = data[end:]
        if end:
            yield self._records(data[:end], last=last)

    def _records(self, data: bytes, *, last: bool) -> Records:
        text = _valid(data)
        begins, ends = _lines(text)
        strings = _strings(text, np.append(begins, len(text)))
        blank = _blank(text, strings, begins, ends)
        starts = self._starting(strings, blank)
        if self._starts is not None and not last:
            kept = self._kept(starts, begins, len(text))
            if kept < len(begins):
                cut = int(begins[kept])
                self._rest = data[cut:] + self._rest
                begins, ends, blank, starts = (a[:kept] for a in (begins, ends, blank, starts))
                data, text = data[:cut], text[:cut]
        return self._batch(data, text, begins, ends, blank, starts)

    def _starting(self, strings: pa.LargeStringArray, blank: Array) -> Array:
        if self._starts is None:
            return ~blank
        found = _matches(strings, self._unanchored(self._starts))
        if self._leads is not None:
            led = _matches(strings, self._unanchored(self._leads))
            found[1:] &= ~led[:-1]
        return found & ~blank

    def _unanchored(self, pattern: str) -> str:
        """Behind a syslog header a record starts after it."""
        if self._wrapped and pattern.startswith("^"):
            return r"^[^\]:]*(?:\[\d+\])?: " + pattern[1:]
        return pattern

    @staticmethod
    def _kept(starts: Array, begins: Array, size: int) -> int:
        """How many lines are in records that surely end here: the last may go on."""
        indexes = np.flatnonzero(starts)
        if len(indexes) < 2 or size - int(begins[indexes[-1]]) > _LONGEST:
            return len(begins)
        return int(indexes[-1])

    def _batch(
        self, data: bytes, text: bytes, begins: Array, ends: Array, blank: Array, starts: Array
    ) -> Records:
        index = np.flatnonzero(starts)
        solid = np.flatnonzero(~blank)
        first = int(index[0]) if len(index) else len(begins)
        orphans = tuple(
            (self._line + int(i), self._offset + int(begins[i]), int(ends[i] - begins[i]))
            for i in solid[solid < first]
        )
        offsets = np.append(begins[index], len(text))
        counted = np.concatenate(([0], np.cumsum(~blank)))
        spans = counted[np.append(index[1:], len(begins))] - counted[index] if len(index) else index
        tail = np.append(index[1:], len(begins)) - 1
        records = Records(
            table=_table(
                text, offsets, self._line + index, self._offset + begins[index],
                ends[tail] - begins[index] if len(index) else index,
            ),
            spans=spans,
            first=self._line,
            lines=len(begins),
            blank=int(blank.sum()),
            orphans=orphans,
            buffer=data,
            offset=self._offset,
        )  # fmt: skip
        self._line += len(begins)
        self._offset += len(data)
        return records


def _valid(data: bytes) -> bytes:
    """Bytes of the same length that are valid UTF-8 without NUL, as DuckDB's text must be."""
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            data = data.decode("utf-8", "logsleuth.mask").encode("utf-8")
    return data.replace(b"\0", b"?") if b"\0" in data else data


def _lines(data: bytes) -> tuple[Array, Array]:
    """Where each line begins, and where it ends without its line end."""
    codes = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(codes == 10)
    if not len(breaks) or breaks[-1] != len(codes) - 1:
        breaks = np.append(breaks, len(codes))
    begins = np.concatenate(([0], breaks[:-1] + 1))
    ends = breaks - ((breaks > begins) & (codes[np.maximum(breaks - 1, 0)] == 13))
    return begins, ends


def _strings(data: bytes, offsets: Array) -> pa.LargeStringArray:
    """An Arrow array over the bytes themselves: nothing is copied."""
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(np.ascontiguousarray(offsets, np.int64)), pa.py_buffer(data)
    )


def _blank(data: bytes, strings: pa.LargeStringArray, begins: Array, ends: Array) -> Array:
    blank = ends == begins
    # White space only is rare: look at the short lines that begin with it.
    codes = np.frombuffer(data, np.uint8)
    first = codes[np.minimum(begins, max(len(codes) - 1, 0))]
    spaced = np.flatnonzero(~blank & (ends - begins < 200) & ((first == 32) | (first == 9)))
    if len(spaced):
        blank[spaced] = _matches(strings.take(pa.array(spaced)), r"^\s*$")
    return blank


def _matches(strings: pa.LargeStringArray, pattern: str) -> Array:
    found = pc.match_substring_regex(strings, pattern)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def _table(text: bytes, offsets: Array, line: Array, at: Array, length: Array) -> pa.Table:
    strings = _strings(text, offsets)
    arrays = [
        pa.array(line.astype(np.int64)),
        pa.array(at.astype(np.int64)),
        pa.array(length.astype(np.int32)),
        strings,
    ]
    names = ["line", "byte_offset", "byte_length", "text"]
    batches = [
        pa.record_batch([a[i : i + _ROWS] for a in arrays], names=names)
        for i in range(0, max(len(line), 1), _ROWS)
    ]
    return pa.Table.from_batches(batches)
