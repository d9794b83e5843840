"""Keeps what no format could read: where it is, why, and its first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from logsleuth.case.batches import place
from logsleuth.case.lines import HEAD, exact_spans

if TYPE_CHECKING:
    import duckdb

    from logsleuth.case.lines import Records

    Connection = duckdb.DuckDBPyConnection

_ORPHAN: Final = "continues a record that did not begin in this file"
_INSERT: Final = """
insert into rejects
select $source_id, line, lines, byte_offset, byte_length, reason, head from refused"""


def refuse(connection: Connection, source_id: int, table: pa.Table, name: str) -> int:
    """Keep the records that no shape of the format `name` could read; count their lines."""
    if not len(table):
        return 0
    heads = _heads(table)
    shape = f"does not have the shape of {name}"
    reasons = ("holds NUL bytes", "not a whole JSON object", shape)
    _insert(connection, source_id, table, heads, pa.array(reasons).take(_why(heads)))
    return int(table["lines"].to_numpy().sum())


def refuse_lines(connection: Connection, source_id: int, records: Records) -> int:
    """Keep the lines that are in no record, or too long to be one; count them."""
    orphans = records.orphans
    if len(orphans):
        ones = np.ones(len(orphans), np.int64)
        table = place(records, orphans[:, 0], ones, orphans[:, 1], orphans[:, 2])
        _insert(connection, source_id, table, _heads(table), pa.repeat(_ORPHAN, len(table)))
    for long in records.overlong:
        reason = f"a line of {long.length:,} bytes"
        where = (long.line, 1, long.offset, long.length)
        refuse_run(connection, source_id, where, reason, long.head)
    return len(orphans) + len(records.overlong)


def refuse_run(
    connection: Connection,
    source_id: int,
    where: tuple[int, int, int, int],
    reason: str,
    head: bytes,
) -> None:
    """Keep lines that were refused together: where is (line, lines, byte offset, byte length)."""
    connection.execute(
        "insert into rejects values (?, ?, ?, ?, ?, ?, ?)", [source_id, *where, reason, head]
    )


def _insert(
    connection: Connection, source_id: int, table: pa.Table, heads: pa.Array, reasons: pa.Array
) -> None:
    refused = table.append_column("head", heads).append_column("reason", reasons)
    connection.register("refused", refused)
    connection.execute(_INSERT, {"source_id": source_id}).fetchall()
    connection.unregister("refused")


def _why(heads: pa.Array) -> pa.Array:
    """0 for heads that hold a NUL byte, 1 for those that begin an object of JSON, 2 for others."""
    _, edges, data = heads.buffers()
    begins = np.frombuffer(edges, np.int64)[: len(heads)]
    codes = np.append(np.frombuffer(data or b"", np.uint8), 0)
    why = np.where(codes[begins] == ord("{"), 1, 2)
    why[np.searchsorted(begins, np.flatnonzero(codes[:-1] == 0), side="right") - 1] = 0
    return pa.array(why)


def _heads(table: pa.Table) -> pa.Array:
    """The first bytes of each, as they are in the file but without the line end."""
    held = table["bytes"].combine_chunks()
    _, edges, data = held.buffers()
    begins = np.frombuffer(edges, np.int64)[held.offset : held.offset + len(held)]
    lengths = np.minimum(table["byte_length"].to_numpy(), HEAD)
    return exact_spans(data, begins, begins + lengths, pa.large_binary())
