"""Cuts blocks of bytes into records: where each begins, and how many lines it has."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from logsleuth.case.directives import Directives

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from logsleuth.case.directives import Told
    from logsleuth.formats.reader import Reader

Array = np.ndarray[Any, Any]

# A record may not keep more than this waiting for its end; a longer line is refused as one.
LONGEST: Final = 32 << 20
# The start of a refused line that is kept.
HEAD: Final = 2048
# The positions of this much fit into the processor's caches.
_SCANNED: Final = 4 << 20
_LINE_END: Final = 2
# No white space of ASCII is above it.
_SPACE: Final = 32


def _masked(error: UnicodeError) -> tuple[str, int]:
    """Replace each invalid byte by one byte, so that every offset stays true."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "?" * (error.end - error.start), error.end


codecs.register_error("logsleuth.mask", _masked)


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line that is too long to be held: where it is, and its first bytes."""

    line: int
    offset: int
    length: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a piece of a file, and the account of all lines of that piece.

    `begins` and `ends` say where each record is in `data`, its last line end left out; `rows` is
    its first line, from 0 in this piece; `spans` counts its lines without blank ones. `orphans`
    are the lines that no record began before. `text` is `data` with as many bytes, but valid.
    """

    data: bytes
    text: bytes
    offset: int
    line: int
    lines: int
    blank: int
    rows: Array
    begins: Array
    ends: Array
    spans: Array
    orphans: Array
    singles: bool
    """Whether each line is a record."""
    overlong: tuple[Overlong, ...] = ()
    told: Told | None = None
    """What directives above them say of the records, where the format has such lines."""
    inside: pa.Table | None = None
    """Where records are in envelopes, their texts, and what the envelopes say: text, wrapped."""


class Cutter:
    """Turns the blocks of one file into records, carrying what a block cuts in two."""

    def __init__(
        self, reader: Reader, longest: int = LONGEST, start: tuple[int, int] = (1, 0)
    ) -> None:
        """Prepare to cut records where the reader's format has them start.

        `start` is the line, from 1, and the offset in bytes that the first block begins with.
        """
        self._starts = reader.starts
        self._leads = reader.leads
        self._is_directive = reader.directives
        self._directives = Directives(reader.directives) if reader.directives else None
        self._longest = longest
        self._line, self._offset = start
        self._rest = b""
        self._led = False
        self._long: Overlong | None = None

    def cut(self, block: bytes, *, last: bool) -> Iterator[Records]:
        """Yield the records that end in this block; with `last`, all that is left."""
        if self._long is not None:
            block = yield from self._swallow(self._long, block, last=last)
        end = len(block) if last else block.rfind(b"\n") + 1
        if end or last:
            data = b"".join((self._rest, memoryview(block)[:end])) if self._rest else block[:end]
            self._rest = block[end:]
            if data:
                yield self._records(data, last=last)
        else:
            self._rest += block
        if len(self._rest) >= self._longest:
            yield from self._give_up()

    def _swallow(
        self, long: Overlong, block: bytes, *, last: bool
    ) -> Generator[Records, None, bytes]:
        """Pass over the rest of a line that is too long; return what follows it."""
        end = block.find(b"\n")
        length = long.length + (len(block) if end < 0 else end)
        self._long = Overlong(long.line, long.offset, length, long.head)
        if end < 0 and not last:
            return b""
        yield self._refused(self._long, length + (end >= 0))
        self._long = None
        return b"" if end < 0 else block[end + 1 :]

    def _refused(self, long: Overlong, size: int) -> Records:
        self._line += 1
        self._offset += size
        none = np.empty(0, np.int64)
        return Records(
            b"", b"", long.offset, long.line, 1, 0, none, none, none, none,
            np.empty((0, 3), np.int64), singles=False, overlong=(long,),
        )  # fmt: skip

    def _give_up(self) -> Iterator[Records]:
        """End a record that is too large as it is, and begin to pass over a line that is."""
        whole = self._rest.rfind(b"\n") + 1
        if whole:
            data, self._rest = self._rest[:whole], self._rest[whole:]
            yield self._records(data, last=True)
        if len(self._rest) >= self._longest:
            size = len(self._rest)
            self._long = Overlong(self._line, self._offset, size, self._rest[:HEAD])
            self._rest = b""

    def _records(self, data: bytes, *, last: bool) -> Records:
        text = _valid(data)
        begins, ends = _lines(text)
        return self._cut_lines(data, text, (begins, ends, _blank(text, begins, ends)), last=last)

    def _cut_lines(
        self, data: bytes, text: bytes, lines: tuple[Array, Array, Array], *, last: bool
    ) -> Records:
        begins, ends, blank = lines
        told = self._telling(text, begins, ends)
        if self._starts is None:
            starts = ~(blank | told)
        else:
            found, led = self._starting(text, begins, ends)
            starts = found & ~(blank | told)
            kept = len(begins) if last else self._kept(starts)
            self._led = bool(led[kept - 1]) if kept else self._led
            if kept < len(begins):
                cut = int(begins[kept])
                self._rest = data[cut:] + self._rest
                begins, ends, blank, told, starts = (
                    a[:kept] for a in (begins, ends, blank, told, starts)
                )
                data, text = data[:cut], text[:cut]
        records = self._account(data, text, begins, ends, blank, told, starts)
        if self._directives is None:
            return records
        spread = np.flatnonzero(told)
        lines = exact_spans(text, begins[spread], ends[spread], pa.large_string())
        return replace(records, told=self._directives.read(lines, spread, records.rows))

    def _telling(self, text: bytes, begins: Array, ends: Array) -> Array:
        """Which lines are directives."""
        if self._is_directive is None:
            return np.zeros(len(begins), bool)
        return matches(exact_spans(text, begins, ends, pa.large_string()), self._is_directive)

    def _starting(self, text: bytes, begins: Array, ends: Array) -> tuple[Array, Array]:
        """Which lines start a record, and which lead: the next one then doesn't."""
        # Exact, for a pattern may name the end of a line.
        strings = exact_spans(text, begins, ends, pa.large_string())
        found = matches(strings, self._starts or "")
        if self._leads is None:
            return found, np.zeros(len(found), bool)
        led = matches(strings, self._leads)
        found &= ~np.concatenate(([self._led], led[:-1]))
        return found, led

    @staticmethod
    def _kept(starts: Array) -> int:
        """How many lines are in records that surely end here: the last may go on.

        Where none starts, the last line still says whether the next one does.
        """
        indexes = np.flatnonzero(starts)
        return int(indexes[-1]) if len(indexes) else len(starts) - 1

    def _account(
        self,
        data: bytes,
        text: bytes,
        begins: Array,
        ends: Array,
        blank: Array,
        told: Array,
        starts: Array,
    ) -> Records:
        count = len(begins)
        rows = np.flatnonzero(starts)
        blanks = int(np.count_nonzero(blank))
        singles = self._starts is None
        orphans = np.empty((0, 3), np.int64)
        if len(rows) == count:
            of, to, sizes = begins, ends, np.ones(count, np.int64)
        else:
            solid = np.flatnonzero(~(blank | told))
            first = int(rows[0]) if len(rows) else count
            lost = solid[solid < first]
            orphans = np.stack([self._line + lost, begins[lost], ends[lost]], axis=1)
            until = np.searchsorted(solid, np.append(rows[1:], count))
            of, to = begins[rows], ends[solid[until - 1]] if len(rows) else ends[rows]
            sizes = until - np.searchsorted(solid, rows) if len(rows) else rows
        records = Records(
            data=data, text=text, offset=self._offset, line=self._line, lines=count, blank=blanks,
            rows=rows, begins=of, ends=to, spans=sizes, orphans=orphans, singles=singles,
        )  # fmt: skip
        self._line += count
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


def positions(data: bytes | Array, byte: int) -> Array:
    """Where a byte is in the data."""
    codes = np.frombuffer(data, np.uint8)
    found = [
        np.flatnonzero(codes[i : i + _SCANNED] == byte) + i for i in range(0, len(codes), _SCANNED)
    ]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _lines(data: bytes) -> tuple[Array, Array]:
    """Where each line begins, and where it ends without its line end."""
    breaks = positions(data, 10)
    if not data.endswith(b"\n"):
        breaks = np.append(breaks, len(data))
    begins = np.concatenate(([0], breaks[:-1] + 1))
    if b"\r" not in data:
        return begins, breaks
    codes = np.frombuffer(data, np.uint8)
    return begins, breaks - ((breaks > begins) & (codes[np.maximum(breaks - 1, 0)] == 13))


def blanks(data: bytes) -> int:
    """Return how many lines of some bytes are blank."""
    text = _valid(data)
    return int(np.count_nonzero(_blank(text, *_lines(text)))) if text else 0


def spans(data: bytes, begins: Array, ends: Array, kind: pa.DataType) -> pa.Array:
    """Spans of some bytes as large strings or binary.

    Nothing is copied where no more than line ends are between them: they then keep theirs.
    """
    if len(begins) and (begins[1:] - ends[:-1] <= _LINE_END).all():
        return _array(data, np.append(begins, ends[-1]), kind)
    return exact_spans(data, begins, ends, kind)


def exact_spans(data: bytes, begins: Array, ends: Array, kind: pa.DataType) -> pa.Array:
    """A copy of spans of some bytes as large strings or binary."""
    edges = np.zeros(2 * len(begins) + 1, np.int64)
    edges[:-1:2], edges[1::2] = begins, ends
    edges[-1] = ends[-1] if len(ends) else 0
    return _array(data, edges, kind).take(pa.array(np.arange(0, len(edges) - 1, 2)))


def _array(data: bytes, edges: Array, kind: pa.DataType) -> pa.Array:
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(data)]
    return pa.Array.from_buffers(kind, len(edges) - 1, buffers)


def _blank(data: bytes, begins: Array, ends: Array) -> Array:
    blank: Array = ends == begins
    # White space only is rare: look at the lines that begin and end with it.
    codes = np.frombuffer(data, np.uint8)
    spaced = codes[np.minimum(begins, max(len(codes) - 1, 0))] <= _SPACE
    spaced &= codes[np.maximum(ends - 1, 0)] <= _SPACE
    for line in np.flatnonzero(~blank & spaced).tolist():
        blank[line] = data[begins[line] : ends[line]].isspace()
    return blank


def matches(strings: pa.LargeStringArray, pattern: str) -> Array:
    """Which texts hold a pattern of RE2."""
    import pyarrow.compute as pc

    known: Array = pc.match_substring_regex(strings, pattern).to_numpy(zero_copy_only=False)
    bits: Array = known.astype(bool)
    return bits
