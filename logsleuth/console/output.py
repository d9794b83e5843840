"""Writes an answer where it is wanted, and how: the terminal, its pager, a pipe, a file."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TextIO

from logsleuth.console import session, terminal
from logsleuth.console.pager import paged
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from logsleuth.case.store import Case

_SUFFIXES: Final = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".md": "md",
    ".markdown": "md", ".parquet": "parquet", ".txt": "table",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, the names of their columns, and as far as it is known what these hold.

    `batches` gives the same rows as Arrow has them, for what comes from SQL.
    """

    names: Sequence[str]
    rows: Iterable[Sequence[Any]]
    types: Sequence[type] = ()
    batches: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """How and where an answer is wanted."""

    style: str | None = None
    output: Path | None = None
    zone: tzinfo = UTC
    evidence: Sequence[str] = field(default=())
    """Not to be written over."""

    @property
    def format(self) -> str:
        """The format: as asked for, as the file's name tells, as it is set, or a table."""
        if self.style is not None:
            return str(self.style)
        told = _SUFFIXES.get(self.output.suffix.lower()) if self.output is not None else None
        return told or session.current().value("format") or "table"


def check(wanted: Wanted) -> None:
    """Refuse, before the work is done, what can't be written where it is wanted.

    Raises:
        UsageError: bytes would go to a terminal, or there is no such folder.
    """
    from logsleuth.case.opening import writable

    if wanted.output is not None:
        writable(wanted.output, wanted.evidence)
    elif wanted.format == "parquet" and sys.stdout.isatty():
        message = "Parquet is binary, it would garble the terminal"
        raise UsageError(message, hint="add -o FILE.parquet, or > FILE.parquet")


def put(answer: Answer, wanted: Wanted) -> None:
    """Write an answer.

    Raises:
        UsageError: what `check` raises, or values that the format has no place for.
    """
    check(wanted)
    if wanted.format == "parquet":
        _put_parquet(answer, wanted.output)
        return
    from logsleuth.renderers.table import write_rows

    with _text(wanted.output) as stream:
        write_rows(stream, answer.names, answer.rows, wanted.format, look(stream, wanted.zone))


def put_query(case: Case, sql: str, values: Mapping[str, object], wanted: Wanted) -> None:
    """Run a query and write its rows as they come.

    Raises:
        QueryError: DuckDB refuses the query.
        UsageError: what `put` raises.
    """
    if wanted.format == "parquet":
        put(Answer((), (), batches=lambda: case.batches(sql, values)), wanted)
    else:
        put(Answer(*case.stream(sql, values)), wanted)


def put_text(text: Callable[[], str], wanted: Wanted) -> None:
    """Write a text that is no table."""
    check(wanted)
    with _text(wanted.output) as stream:
        stream.write(text())


def put_screen(render: Callable[[int, bool], str], wanted: Wanted) -> None:
    """Write a text that is made for a width, with colours or without."""
    check(wanted)
    with _text(wanted.output) as stream:
        color = bool(terminal.color(session.current(), stream).value)
        stream.write(render(columns(), color))


def look(stream: TextIO, zone: tzinfo = UTC) -> Any:
    """Return how rows are to look on a stream: colours, columns, and the zone of their times."""
    from logsleuth.renderers.table import Look

    now = session.current()
    told = terminal.width(now).value
    return Look(
        width=told if isinstance(told, int) else None,
        color=bool(terminal.color(now, stream).value),
        zone=zone,
    )


def columns() -> int:
    """Return how many columns texts have."""
    value = terminal.width(session.current()).value
    return value if isinstance(value, int) else 80


@contextmanager
def _text(output: Path | None) -> Iterator[TextIO]:
    if output is not None:
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    command = terminal.pager(session.current(), sys.stdout).value
    with paged(sys.stdout, command if isinstance(command, tuple) else ()) as stream:
        yield stream


def _put_parquet(answer: Answer, output: Path | None) -> None:
    from logsleuth.renderers import parquet

    with _binary(output) as sink:
        if answer.batches is not None:
            parquet.write_batches(sink, answer.batches())
        else:
            parquet.write_rows(sink, answer.names, answer.rows, answer.types)


@contextmanager
def _binary(output: Path | None) -> Iterator[BinaryIO]:
    if output is not None:
        with output.open("wb") as file:
            yield file
        return
    sys.stdout.flush()
    yield _Counted(sys.stdout.buffer)  # type: ignore[misc]
    sys.stdout.flush()


class _Counted:
    """A pipe that knows how much went into it: Parquet's writer asks where it stands."""

    closed = False

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._written = 0

    def write(self, data: bytes) -> int:
        self._sink.write(data)
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        self._sink.flush()

    def writable(self) -> bool:
        return True
