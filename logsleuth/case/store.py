"""Opens, creates and locks a case: the one place that connects to DuckDB."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from logsleuth.case import tables
from logsleuth.case.refusals import refused
from logsleuth.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import numpy as np
    import polars as pl
    import pyarrow as pa

SCHEMA_VERSION: Final = "7"
# Case files must open in DuckDB 1.5 too, which can't read the default layout of 2.0.
STORAGE_VERSION: Final = "v1.5.0"
_FETCHED: Final = 10_000
# What queries need beyond this goes to the disk, so that memory doesn't grow with the evidence.
_MEMORY: Final = "768MB"
_LOCKDOWN: Final = (
    "set enable_external_access = false",
    "set lock_configuration = true",
)


class Case:
    """A case that is open for reading: queries only, no files, no settings."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        """Wrap a connection that `open_case` has locked."""
        self._connection = connection
        self.path = path

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Any]:
        """Run a query with bound parameters and return its rows as tuples."""
        return self._run(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:
        """Run a query that gives exactly one row and return it."""
        return self.rows(sql, parameters)[0]

    def table(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> tuple[list[str], list[Any]]:
        """Run a query and return its column names and rows."""
        cursor = self._run(sql, parameters)
        return [column[0] for column in cursor.description], cursor.fetchall()

    def stream(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> tuple[list[str], Iterator[Any]]:
        """Run a query and return its column names and its rows as they come."""
        cursor = self._run(sql, parameters)
        return [column[0] for column in cursor.description], _fetched(cursor)

    def first(
        self, most: int, sql: str, parameters: Mapping[str, object] | None = None
    ) -> tuple[list[str], list[Any]]:
        """Run a query and return its column names and so many of its rows, the first."""
        cursor = self._run(sql, parameters)
        return [column[0] for column in cursor.description], cursor.fetchmany(most)

    def interrupt(self) -> None:
        """Stop the query that another thread has running, which then raises QueryError."""
        self._connection.interrupt()

    def batches(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> pa.RecordBatchReader:
        """Run a query and return its rows as batches of Arrow, with DuckDB's types."""
        import duckdb

        try:
            relation = self._connection.sql(sql, params=dict(parameters or {}))
            return relation.to_arrow_reader(_FETCHED)
        except duckdb.Error as error:
            raise refused(error, self._columns) from error

    def arrays(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> dict[str, np.ndarray[Any, Any]]:
        """Run a query and return one NumPy array a column; NULL is masked or NaN."""
        return self._run(sql, parameters).fetchnumpy()

    def frame(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """Run a query and return a polars frame."""
        import polars as pl

        names, rows = self.table(sql, parameters)
        return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)

    def prepare(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run statements that make temporary tables for the analyses of this connection."""
        self._run(sql, parameters)

    def _run(self, sql: str, parameters: Mapping[str, object] | None) -> duckdb.DuckDBPyConnection:
        import duckdb

        try:
            return self._connection.execute(sql, dict(parameters or {}))
        except duckdb.Error as error:
            raise refused(error, self._columns) from error

    def _columns(self) -> list[str]:
        rows = self._connection.execute("select distinct column_name from duckdb_columns()")
        return [name for (name,) in rows.fetchall()]


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows


@contextmanager
def open_case(path: Path) -> Iterator[Case]:
    """Open a case read-only, with no way out of it, so that a stranger's SQL can be run.

    Raises:
        CaseError: there is no such file, it isn't a case, or a writer has it locked.
    """
    if not path.is_file():
        message = f"{path}: there is no such case"
        raise CaseError(message, hint=f"logsleuth ingest EVIDENCE --case {path}")
    connection = _connect(path, read_only=True)
    with TemporaryDirectory(prefix="logsleuth-") as scratch:
        try:
            _check_version(connection, path)
            bound(connection, scratch, _MEMORY)
            for statement in _LOCKDOWN:
                connection.execute(statement)
            yield Case(connection, path)
        finally:
            connection.close()


def bound(connection: duckdb.DuckDBPyConnection, scratch: str, memory: str) -> None:
    """Bound DuckDB's memory: what doesn't fit goes to a folder."""
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute("set temp_directory = '" + scratch.replace("'", "''") + "'")


@contextmanager
def write_case(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a case for writing, making it where there is none; the caller keeps transactions short.

    Raises:
        CaseError: the file isn't a case, or another process has it locked.
    """
    import duckdb

    connection = duckdb.connect()
    try:
        _attach(connection, path)
        connection.execute("use investigated")
        # Rows are told by source and line, never by where they lie; keeping them in order costs a
        # sixth of an ingest.
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        # Each transaction waits for the disk, and each statement on its own would be one.
        connection.execute("begin")
        connection.execute(schema())
        connection.execute(
            "insert into meta values ('schema', $version) on conflict do nothing",
            {"version": SCHEMA_VERSION},
        )
        connection.execute("commit")
        yield connection
    finally:
        connection.close()


def schema() -> str:
    """Return the SQL that makes a case of an empty database: tables, macros, then views."""
    folder = files("logsleuth.case")
    names = ("macros.sql", "words.sql", "views.sql")
    read = [folder.joinpath(n).read_text(encoding="utf-8") for n in ("schema.sql", *names)]
    return "".join((read[0], tables.schema(), *read[1:]))


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import duckdb

    quoted = str(path).replace("'", "''")
    try:
        connection.execute(
            f"attach '{quoted}' as investigated (storage_version '{STORAGE_VERSION}')"
        )
    except duckdb.Error as error:
        raise _unusable(path, error) from error


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    try:
        connection = duckdb.connect(str(path), read_only=read_only)
        connection.execute("set timezone = 'UTC'")
    except duckdb.Error as error:
        raise _unusable(path, error) from error
    return connection


def _unusable(path: Path, error: Exception) -> CaseError:
    text = str(error)
    if "lock" in text.lower():
        message = f"{path}: another process is writing to this case"
        return CaseError(message, hint="wait for it to end, or name another file with --case")
    message = f"{path}: not a case ({text.splitlines()[0]})"
    return CaseError(message, hint="logsleuth ingest --help")


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import duckdb

    try:
        row = connection.execute("select value from meta where key = 'schema'").fetchone()
    except duckdb.Error as error:
        message = f"{path}: not a case"
        raise CaseError(message, hint="logsleuth ingest --help") from error
    if row is None or row[0] != SCHEMA_VERSION:
        told = "none" if row is None else row[0]
        message = f"{path}: a case of another version: its schema is {told}, not {SCHEMA_VERSION}"
        raise CaseError(message, hint=f"logsleuth ingest EVIDENCE --case NEW.duckdb (not {path})")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text of SQL, and the names of the values that it asks for."""

    sql: str
    parameters: frozenset[str]


def statements(sql: str) -> Sequence[Statement]:
    """Return the statements of a text of SQL, as DuckDB splits them."""
    import duckdb

    try:
        found = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise refused(error) from error
    return [Statement(one.query, frozenset(one.named_parameters)) for one in found]
