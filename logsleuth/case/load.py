"""Loads one file into a case: parses its records, and keeps the account of its lines."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pyarrow as pa

from logsleuth.case import batches, header_zone, rejects
from logsleuth.case.account import Account
from logsleuth.case.enveloped import cutter_of
from logsleuth.case.lines import HEAD
from logsleuth.case.readers import compile_below, compile_cut, compile_reader
from logsleuth.case.split import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    import duckdb

    from logsleuth.case.cuts import Cuts
    from logsleuth.case.lines import Array, Records
    from logsleuth.formats.reader import Reader

    Connection = duckdb.DuckDBPyConnection
    Blocks = Callable[[], Iterator[bytes]]

_T = TypeVar("_T")
_U = TypeVar("_U")

# Records that are read from their text wait until they are worth a statement.
_WAITING: Final = 48 << 20
# Pieces that are cut at a time: DuckDB takes several in a row, and then none for as long as it
# compresses what it has.
_CUTTERS: Final = 2
# Records that tell how they can be cut, and the share of them that makes it worth it.
_HEAD: Final = 64 << 10
_WORTH: Final = 0.2
_SURE: Final = 0.9


def load(
    connection: Connection,
    source_id: int,
    blocks: Blocks,
    reader: Reader | None,
    progress: Callable[[int, int], None],
    start: tuple[int, int] = (1, 0),
) -> Account:
    """Insert the records of one file, and return the account of all its lines.

    `start` is the line and the offset of the first byte, where a file is read from the middle on.

    Lines are cut into the parts of their layout first, and only those that can't be are looked at
    with the slower queries. `blocks` is called again where lines were cut that turn out not to be
    what they seem. Reading, hashing and cutting go on while DuckDB parses: all of these release the
    GIL.

    Raises:
        duckdb.Error: the case can't be written.
    """
    if reader is None:
        return _unreadable(connection, source_id, blocks)
    loader = _Loader(connection, source_id, reader, progress, start)
    source = blocks()
    first = next(source, b"")
    loader.choose(first)
    source = chain([first] if first else [], source)
    if loader.cuts is None:
        loader.read(source)
    elif not loader.stream(source):
        loader.read(blocks())
    account = loader.account
    account.shift_s = header_zone.shift(connection, source_id, first, reader)
    account.continuation = account.lines - account.blank - account.rejected - account.events
    return account


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a file: its records that were cut into parts, and the text of the others."""

    records: Records
    cut: list[pa.RecordBatch]
    others: pa.Table | None


class _Loader:
    """Tries the shapes of a reader in order; each gets only what none before it could read."""

    def __init__(
        self,
        connection: Connection,
        source_id: int,
        reader: Reader,
        progress: Callable[[int, int], None],
        start: tuple[int, int],
    ) -> None:
        self._start = start
        self.account = Account(reader=reader, format=reader.format, role=reader.role)
        self.cuts: Cuts | None = None
        self._cut_sql = ""
        self._shapes = compile_reader(reader)
        self._reader = reader
        self._connection = connection
        self._source_id = source_id
        self._progress = progress
        self._waiting: list[pa.Table] = []
        self._refused: list[Records] = []
        self._left: Array | None = None
        self._names: Sequence[str] = ()
        self._below: dict[str, tuple[str, ...]] = {}

    def choose(self, block: bytes) -> None:
        """Choose the way to cut that most of the first records can be cut in, if many can."""
        head = block[:_HEAD]
        head = head[: head.rfind(b"\n") + 1] or head
        pieces = list(cutter_of(self._reader).cut(head, last=True)) if head else []
        records = sum(len(piece.rows) for piece in pieces)
        least = records * _WORTH
        for cuts, sql in compile_cut(self._reader):
            parts = [split(piece, cuts) for piece in pieces]
            count = sum(len(part[0]) for part in parts if part is not None)
            if count > least:
                self.cuts, self._cut_sql, least = cuts, sql, count
            if least > records * _SURE:
                break

    def stream(self, blocks: Iterator[bytes]) -> bool:
        """Insert what can be cut into its parts; whether all lines are accounted for with that.

        A statement ends where so much waits for the slower queries that it is worth their own.
        """
        assert self.cuts is not None  # noqa: S101
        columns = batches.cut_schema(self.cuts)
        left = [np.empty(0, np.int64)]
        found = _pieces(blocks, self._reader, self.account, self._start)
        with _ahead(found) as records, _each(self._cut, records) as pieces:
            more = True
            while more:
                given = [np.empty(0, np.int64)]
                batch = pa.RecordBatchReader.from_batches(columns, self._taken(pieces, given))
                inserted = self._insert(self._cut_sql, batch)
                self.account.events += inserted
                lines = np.concatenate(given)
                if inserted != len(lines):
                    left.append(lines[~self._stored(lines)])
                more = self._held() >= _WAITING
                self._flush()
        self._left = np.concatenate(left)
        return not len(self._left)

    def _cut(self, piece: Records) -> _Piece:
        """Cut the lines of a piece of the file."""
        assert self.cuts is not None  # noqa: S101
        rows = np.arange(len(piece.rows))
        parts = split(piece, self.cuts)
        cut: list[pa.RecordBatch] = []
        if parts is not None:
            cut = batches.cut(piece, *parts)
            rows = np.delete(rows, parts[0])
        return _Piece(piece, cut, batches.whole(piece, rows) if len(rows) else None)

    def _taken(self, pieces: Iterator[_Piece], given: list[Array]) -> Iterator[pa.RecordBatch]:
        """The records that were cut, until enough of others waits; tells the lines of these."""
        for piece in pieces:
            if piece.others is not None:
                self._waiting.append(piece.others)
            if piece.records.overlong or len(piece.records.orphans):
                self._refused.append(piece.records)
            given += [batch["line"].to_numpy() for batch in piece.cut]
            self._progress(piece.records.line + piece.records.lines - 1, self.account.rejected)
            yield from piece.cut
            if self._held() >= _WAITING:
                return

    def read(self, blocks: Iterator[bytes]) -> None:
        """Insert the records of a file, or those that were left, reading each from its text."""
        again = self._left is not None
        account = Account() if again else self.account
        if again:
            blocks = _limited(blocks, self.account.bytes)
        with _ahead(_pieces(blocks, self._reader, account, self._start)) as pieces:
            for piece in pieces:
                rows = np.arange(len(piece.rows))
                if self._left is not None:
                    rows = rows[np.isin(piece.line + piece.rows, self._left)]
                else:
                    self._refused.append(piece)
                self._names = piece.told.names if piece.told else ()
                self._waiting.append(batches.whole(piece, rows))
                if self._held() >= _WAITING:
                    self._flush()
                self._progress(account.lines, self.account.rejected)
        self._flush()
        if account.sha256 != self.account.sha256:
            self.account.problems.append("has changed while it was read")
            if self._reader.starts is None:
                # Each line is a record on its own.
                account = self.account
                account.rejected = account.lines - account.blank - account.events

    def _held(self) -> int:
        return sum(table["text"].nbytes for table in self._waiting)

    def _flush(self) -> None:
        """Try the shapes on what waits, and keep what none of them reads as rejects."""
        for piece in self._refused:
            self._refuse_lines(piece)
        self._refused = []
        if not self._waiting:
            return
        waiting = pa.concat_tables(self._waiting)
        self._waiting = []
        for queries, left in self._queries(waiting):
            self._try(queries, left)

    def _try(self, queries: Sequence[str], left: pa.Table) -> None:
        for sql in queries:
            if len(left):
                left = self._without(left, self._insert(sql, batches.grouped(left)))
        name = self.account.format
        self.account.rejected += rejects.refuse(self._connection, self._source_id, left, name)

    def _queries(self, waiting: pa.Table) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
        """The queries to try, with the rows to try them on: those below one list of columns."""
        if not self._names:
            yield self._shapes, waiting
            return
        told = waiting["told"].to_numpy()
        for which in np.unique(told).tolist():
            names = self._names[which]
            if names not in self._below:
                self._below[names] = compile_below(self._reader, names)
            yield self._below[names], waiting.filter(pa.array(told == which))

    def _without(self, table: pa.Table, inserted: int) -> pa.Table:
        """The rows of a table that were not inserted."""
        self.account.events += inserted
        if inserted in (0, len(table)):
            return table.slice(0, 0 if inserted else None)
        return table.filter(pa.array(~self._stored(table["line"].to_numpy())))

    def _insert(self, sql: str, relation: Any) -> int:
        """Insert what a query reads of a relation; return how many records that is."""
        connection = self._connection
        # Pushed down, a filter would have its expressions evaluated for it and for the columns.
        connection.execute("set disabled_optimizers = 'filter_pushdown'")
        connection.register("batch", relation)
        count = int(connection.execute(sql, {"source_id": self._source_id}).fetchall()[0][0])
        connection.unregister("batch")
        connection.execute("reset disabled_optimizers")
        return count

    def _stored(self, lines: Array) -> Array:
        """Which of the lines are in the case."""
        found = self._connection.execute(
            "select line from records where source_id = $source_id and line between $low and $high",
            {"source_id": self._source_id, "low": int(lines.min()), "high": int(lines.max())},
        ).fetchnumpy()["line"]
        return np.isin(lines, found, assume_unique=True)

    def _refuse_lines(self, piece: Records) -> None:
        self.account.rejected += rejects.refuse_lines(self._connection, self._source_id, piece)


def _pieces(
    blocks: Iterator[bytes], reader: Reader, account: Account, start: tuple[int, int]
) -> Iterator[Records]:
    """Cut a file into its records, counting and hashing what is read."""
    cutter = cutter_of(reader, start)
    digest = hashlib.sha256()
    block = next(blocks, b"")
    while block:
        digest.update(block)
        account.bytes += len(block)
        after = next(blocks, b"")
        for piece in cutter.cut(block, last=not after):
            account.lines += piece.lines
            account.blank += piece.blank
            yield piece
        block = after
    account.sha256 = digest.hexdigest()


def _limited(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The first bytes: a log that is still written to has grown since it was read before."""
    for block in blocks:
        yield block[:size]
        size -= len(block)
        if size <= 0:
            return


@contextmanager
def _ahead(source: Iterator[_T]) -> Iterator[Iterator[_T]]:
    """Give the items of an iterator, the next one being made in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:

        def items() -> Iterator[_T]:
            pending = thread.submit(next, source, None)
            while (item := pending.result()) is not None:
                pending = thread.submit(next, source, None)
                yield item

        yield items()


@contextmanager
def _each(make: Callable[[_T], _U], source: Iterator[_T]) -> Iterator[Iterator[_U]]:
    """Give what is made of each item of an iterator, in their order, of several at a time."""
    with ThreadPoolExecutor(_CUTTERS) as threads:

        def made() -> Iterator[_U]:
            pending: deque[Future[_U]] = deque()
            for item in source:
                pending.append(threads.submit(make, item))
                if len(pending) == _CUTTERS:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

        yield made()


def _unreadable(connection: Connection, source_id: int, blocks: Blocks) -> Account:
    """Account for a file that is in no known format: its lines are one run of rejects."""
    account = Account()
    digest = hashlib.sha256()
    head = b""
    ends_open = False
    for block in blocks():
        head = head or block[:HEAD]
        digest.update(block)
        account.bytes += len(block)
        account.lines += block.count(b"\n")
        ends_open = not block.endswith(b"\n")
    account.lines += ends_open
    account.rejected = account.lines
    account.sha256 = digest.hexdigest()
    reason = "binary data" if b"\0" in head else "in no format that logsleuth knows"
    if account.lines:
        where = (1, account.lines, 0, account.bytes)
        rejects.refuse_run(connection, source_id, where, reason, head)
    return account
