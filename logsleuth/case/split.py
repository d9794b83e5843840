"""Splits lines at their quotes with Arrow's CSV reader: three times as fast as SQL can."""

from __future__ import annotations

import codecs
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.case.lines import Records

Array = np.ndarray[Any, Any]

# What the reader takes at once: its columns then stay in the processor's caches.
_TAKEN: Final = 2 << 20
_LONGEST: Final = 1 << 30


def split(
    records: Records, pieces: int, spaces: Mapping[int, int] = MappingProxyType({})
) -> tuple[Array, pa.Table] | None:
    """Return the records that quotes cut into so many pieces, and these as columns q1, q2 ….

    The records are indexes into those of the piece of the file; `spaces` says how many spaces some
    pieces have to have. None where the reader would see other lines than there are.
    """
    if not records.singles or not _alike(records):
        return None
    others: list[int] = []
    read = _read(records, pieces, others)
    if read is None or len(read) + len(others) != records.lines:
        return None
    kept = np.ones(records.lines, bool)
    kept[np.array(others, np.int64) - 1] = False
    rows = np.flatnonzero(kept)
    if len(records.rows) != records.lines:
        # Blank lines, which the reader takes for rows without values.
        solid = np.isin(rows, records.rows, assume_unique=True)
        rows = np.searchsorted(records.rows, rows[solid])
        read = read.filter(pa.array(solid))
    fits = _fit(read, spaces)
    return (rows, read) if fits.all() else (rows[fits], read.filter(pa.array(fits)))


def _fit(read: pa.Table, spaces: Mapping[int, int]) -> Array:
    fits = np.ones(len(read), bool)
    for piece, count in spaces.items():
        fits &= _count(read[f"q{piece}"], ord(" ")) == count
    return fits


def _count(column: pa.ChunkedArray, byte: int) -> Array:
    """How often a byte is in each string; pyarrow.compute takes longer to import than this."""
    counted = [_count_chunk(chunk, byte) for chunk in column.chunks if len(chunk)]
    return np.concatenate(counted) if counted else np.empty(0, np.int64)


def _count_chunk(strings: pa.StringArray, byte: int) -> Array:
    _, edges, data = strings.buffers()
    offsets = np.frombuffer(edges, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    found = np.flatnonzero(np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]] == byte)
    counts: Array = np.diff(np.searchsorted(found, offsets - offsets[0]))
    return counts


def _alike(records: Records) -> bool:
    """Whether the reader sees what is there.

    It takes a carriage return alone for the end of a line, and drops a byte order mark.
    """
    text = records.text
    if text.startswith(codecs.BOM_UTF8):
        return False
    return b"\r" not in text or text.count(b"\r") == text.count(b"\r\n")


def _read(records: Records, pieces: int, others: list[int]) -> pa.Table | None:
    from pyarrow import csv

    def skip(row: Any) -> str:
        others.append(row.number)
        return "skip"

    names = [f"q{i}" for i in range(1, pieces + 1)]
    longest = int((records.ends - records.begins).max(initial=0))
    try:
        return csv.read_csv(
            pa.BufferReader(records.text),
            csv.ReadOptions(
                use_threads=False, column_names=names, block_size=max(_TAKEN, 2 * longest)
            ),
            csv.ParseOptions(
                delimiter='"', quote_char=False, escape_char=False, ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False, null_values=[],
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        # A line over the size of a block, or a first one with too few pieces.
        return None
