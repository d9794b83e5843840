"""Puts the records of a file into the tables that DuckDB reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from logsleuth.case.lines import spans
from logsleuth.case.split import schema

if TYPE_CHECKING:
    from logsleuth.case.cuts import Cuts
    from logsleuth.case.lines import Array, Records

# Below this many rows a second thread costs more than it gives.
_FEW: Final = 4096
# Half a row group of DuckDB.
_MOST: Final = 61_440
_PLACE: Final = (
    pa.field("line", pa.int64()),
    pa.field("byte_offset", pa.int64()),
    pa.field("byte_length", pa.int32()),
)


def cut_schema(cuts: Cuts) -> pa.Schema:
    """The columns of records that were cut into parts."""
    return pa.schema([*_PLACE, *schema(cuts)])


def cut(records: Records, rows: Array, parts: pa.Table) -> list[pa.RecordBatch]:
    """The chosen records of a piece of a file, with the parts that they were cut into."""
    begins = records.begins[rows]
    places = (
        pa.array(records.line + records.rows[rows]),
        pa.array(records.offset + begins),
        pa.array((records.ends[rows] - begins).astype(np.int32)),
    )
    table = pa.table([*places, *parts.columns], schema=pa.schema([*_PLACE, *parts.schema]))
    batches: list[pa.RecordBatch] = table.to_batches(_MOST)
    return batches


def whole(records: Records, rows: Array) -> pa.Table:
    """The chosen records of a piece of a file, with their text and their bytes."""
    begins, ends = records.begins[rows], records.ends[rows]
    table = place(records, records.line + records.rows[rows], records.spans[rows], begins, ends)
    if records.inside is not None:
        inside = records.inside.take(pa.array(rows))
        return table.append_column("text", inside["text"]).append_column(
            "wrapped", inside["wrapped"]
        )
    table = table.append_column("text", spans(records.text, begins, ends, pa.large_string()))
    if records.told is None:
        return table
    told = records.told.take(rows)
    return table.append_column("told", pa.array(told.which)).append_column("dated", told.dates)


def place(records: Records, line: Array, lines: Array, begins: Array, ends: Array) -> pa.Table:
    """Where some lines are, how many they are, and their bytes, maybe with a line end."""
    return pa.table(
        {
            "line": line,
            "byte_offset": records.offset + begins,
            "byte_length": ends - begins,
            "lines": lines,
            "bytes": spans(records.data, begins, ends, pa.large_binary()),
        }
    )


def grouped(table: pa.Table) -> pa.Table:
    """One chunk for each core, for DuckDB scans chunks in parallel."""
    rows = max(-(-len(table) // (os.cpu_count() or 1)), _FEW)
    return pa.Table.from_batches(table.to_batches(rows), table.schema)
