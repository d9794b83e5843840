"""Loads one file into a case: detects its format, parses it batch by batch, keeps the accounts."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from logsleuth.case.lines import Cutter
from logsleuth.case.readers import compile_reader
from logsleuth.evidence import files
from logsleuth.formats import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    import numpy as np
    import pyarrow as pa

    from logsleuth.case.lines import Records
    from logsleuth.formats.detect import Hint
    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Format

    Connection = duckdb.DuckDBPyConnection

SAMPLE_BYTES: Final = 256 << 10
_HEAD: Final = 2048


@dataclass(slots=True)
class Account:
    """What became of the physical lines of one file."""

    lines: int = 0
    events: int = 0
    continuation: int = 0
    rejected: int = 0
    blank: int = 0
    bytes: int = 0
    sha256: str = ""
    format: str = "unknown"
    role: str = "unknown"
    reader: Reader | None = None
    problems: list[str] = field(default_factory=list)


def guarded(source: Iterator[bytes], account: Account, name: str) -> Iterator[bytes]:
    """Pass blocks on; compressed data that breaks off gives what could be read, and a problem."""
    try:
        yield from source
    except files.Damaged as damage:
        account.problems.append(f"{name}: compressed data is damaged or cut off: {damage}")
        if damage.rest:
            yield damage.rest
    except OSError as error:
        account.problems.append(f"{name}: reading stopped: {error.strerror or error}")


def read_with(
    block: bytes, formats: Sequence[Format], hints: Sequence[Hint]
) -> Reader | None:
    """Detect the format of a file from its first block."""
    head = block[:SAMPLE_BYTES]
    whole = head if len(head) == len(block) else head[: head.rfind(b"\n") + 1] or head
    return detect.detect(detect.sample(whole.decode("utf-8", "replace")), formats, hints)


def load(
    connection: Connection,
    source_id: int,
    name: str,
    block: bytes,
    rest: Iterator[bytes],
    reader: Reader | None,
    progress: Callable[[int, int], None],
) -> Account:
    """Insert the records of one file, and return the account of all its lines.

    Cutting and hashing the next block goes on while DuckDB parses the last: both release the GIL.
    """
    account = Account(reader=reader)
    if reader is None:
        return _unreadable(connection, source_id, name, block, rest, account)
    account.format, account.role = reader.format, reader.role
    queries = compile_reader(reader)
    digest = hashlib.sha256()
    batches = _batches(name, block, rest, Cutter(reader), digest, account)
    with ThreadPoolExecutor(1) as ahead:
        pending = ahead.submit(next, batches, None)
        while (records := pending.result()) is not None:
            pending = ahead.submit(next, batches, None)
            _store(connection, source_id, records, queries, account)
            progress(account.lines, account.rejected)
    account.sha256 = digest.hexdigest()
    return account


def _batches(
    name: str,
    block: bytes,
    rest: Iterator[bytes],
    cutter: Cutter,
    digest: Any,
    account: Account,
) -> Iterator[Records]:
    following = rest
    while True:
        digest.update(block)
        account.bytes += len(block)
        after = next(following, b"")
        yield from cutter.cut(block, last=not after)
        if not after:
            return
        block = after


def _store(
    connection: Connection,
    source_id: int,
    records: Records,
    queries: Sequence[str],
    account: Account,
) -> None:
    """Try the shapes in order; each gets only the records that none before it could read."""
    import numpy as np

    left = np.arange(len(records.table))
    table = records.table
    for query in queries:
        if not len(left):
            break
        connection.register("batch", table)
        row = connection.execute(query, {"source_id": source_id}).fetchone()
        count = row[0] if row else 0
        connection.unregister("batch")
        if count:
            left = left[_missing(connection, source_id, table, count)]
            table = records.table.take(left)
    refused = records.spans[left]
    account.lines += records.lines
    account.blank += records.blank
    account.rejected += int(refused.sum()) + len(records.orphans)
    account.events += len(records.spans) - len(left)
    account.continuation += int(records.spans.sum()) - int(refused.sum()) - (len(records.spans) - len(left))
    _reject(connection, source_id, records, table, refused, account)


def _missing(
    connection: Connection, source_id: int, table: pa.Table, inserted: int
) -> np.ndarray[Any, Any]:
    """Which rows of a batch were not inserted, as indexes into it."""
    import numpy as np

    lines = table["line"].to_numpy()
    if inserted == len(lines):
        return np.empty(0, np.int64)
    stored = connection.execute(
        "select line from records where source_id = $source_id and line between $low and $high",
        {"source_id": source_id, "low": int(lines[0]), "high": int(lines[-1])},
    ).fetchnumpy()["line"]
    return np.flatnonzero(~np.isin(lines, stored, assume_unique=True))


_REJECT: Final = """
insert into rejects
select $source_id, line, lines, byte_offset, byte_length,
    case
        when position('\\x00'::blob in head) > 0 then 'holds NUL bytes'
        when head[1] = '{'::blob then 'not a whole JSON object'
        else 'does not have the shape of ' || $format
    end,
    head
from refused"""


def _reject(
    connection: Connection,
    source_id: int,
    records: Records,
    table: pa.Table,
    spans: np.ndarray[Any, Any],
    account: Account,
) -> None:
    import pyarrow as pa

    if len(table):
        start = table["byte_offset"].to_numpy() - records.offset
        refused = pa.table(
            {
                "line": table["line"],
                "lines": spans,
                "byte_offset": table["byte_offset"],
                "byte_length": table["byte_length"].cast(pa.int64()),
                "head": _heads(records.buffer, start, table["byte_length"].to_numpy()),
            }
        )
        connection.register("refused", refused)
        connection.execute(_REJECT, {"source_id": source_id, "format": account.format})
        connection.unregister("refused")
    for line, offset, length in records.orphans:
        _reject_run(
            connection, source_id, line, 1, offset, length,
            "continues a record that began before the file", b"",
        )  # fmt: skip


def _heads(
    buffer: bytes, starts: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any]
) -> pa.Array:
    import pyarrow as pa

    pairs = zip(starts.tolist(), lengths.tolist(), strict=True)
    return pa.array([buffer[s : s + min(n, _HEAD)] for s, n in pairs], pa.binary())


def _reject_run(
    connection: Connection,
    source_id: int,
    line: int,
    lines: int,
    offset: int,
    length: int,
    reason: str,
    head: bytes,
) -> None:
    connection.execute(
        "insert into rejects values ($id, $line, $lines, $offset, $length, $reason, $head)",
        {
            "id": source_id, "line": line, "lines": lines, "offset": offset, "length": length,
            "reason": reason, "head": head,
        },
    )  # fmt: skip


def _unreadable(
    connection: Connection,
    source_id: int,
    name: str,
    block: bytes,
    rest: Iterator[bytes],
    account: Account,
) -> Account:
    """Account for a file that is in no known format: its lines are one run of rejects."""
    digest = hashlib.sha256()
    head = block[:_HEAD]
    ends_open = False
    following = rest
    while block:
        digest.update(block)
        account.bytes += len(block)
        account.lines += block.count(b"\n")
        ends_open = not block.endswith(b"\n")
        block = next(following, b"")
    account.lines += ends_open
    account.rejected = account.lines
    account.sha256 = digest.hexdigest()
    reason = "binary data" if b"\0" in head else "in no format that logsleuth knows"
    if account.lines:
        _reject_run(
            connection, source_id, 1, account.lines, 0, account.bytes, reason, head
        )
    return account
