"""From paths to a case: every file is read once, detected, loaded and accounted for."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import duckdb

from logsleuth.case import configured, finish, growth, load, prefixes, told, years
from logsleuth.case.account import Progress
from logsleuth.case.store import bound, write_case
from logsleuth.errors import CaseError, EvidenceError
from logsleuth.evidence import files
from logsleuth.evidence.discover import EvidenceFile, discover
from logsleuth.formats import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from logsleuth.formats.detect import Hint
    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Format

_SAMPLE_BYTES: Final = 256 << 10
# What was read of a shorter file was read by other lines than there are now to tell its layout.
_TELLING = _SAMPLE_BYTES
# What is written needn't stay in memory.
_MEMORY: Final = "1GB"
# M_MMAP_THRESHOLD and M_TRIM_THRESHOLD: sizes that blocks of a file and their columns stay below.
_KEPT_MEMORY: Final = ((-3, 12 << 20), (-1, 32 << 20))
# What DuckDB raises where the disk is full, gone or broken, or memory is.
_UNWRITABLE: Final = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)
# Settings of other programs: no log, and no pool to learn from.
_SETTINGS: Final = (".conf", ".cfg", ".cnf", ".ini", ".toml", ".yaml", ".yml", ".env", ".service")


@dataclass(slots=True)
class Summary:
    """What an ingest did: counts of lines, and everything that people should know."""

    sources: int = 0
    lines: int = 0
    events: int = 0
    rejected: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Ingest:
    """What all files of one ingest have in common."""

    connection: duckdb.DuckDBPyConnection
    formats: Sequence[Format]
    hints: Sequence[Hint]
    summary: Summary
    progress: Callable[[Progress], None]
    total: int
    known: Mapping[str, growth.Known]
    zones: Sequence[told.Told]


def ingest(
    paths: Sequence[str],
    case: Path,
    formats: Sequence[Format],
    progress: Callable[[Progress], None] = lambda _progress: None,
    zones: Sequence[str] = (),
) -> Summary:
    """Read evidence into a case; what the case already has is not read into it again.

    `progress` is told of each file when it begins, and then every few tens of megabytes. `zones`
    are those of lines that state none, as `FILE=ZONE` or `ZONE` for all.

    Raises:
        UsageError: a path or a zone doesn't exist.
        EvidenceError: no line could be read as a log.
        CaseError: the case can't be written, or there is no room to unpack an archive.
    """
    given = told.parse(zones)
    _reuse_memory()
    with (
        tempfile.TemporaryDirectory(prefix="logsleuth-") as scratch,
        write_case(case) as connection,
    ):
        try:
            return _ingest(connection, paths, Path(scratch), formats, progress, given)
        except _UNWRITABLE as error:
            message = f"{case}: can't be written: {str(error).strip().splitlines()[0]}"
            raise CaseError(message, hint="free some space, or name another file") from error
        except OSError as error:
            message = f"{scratch}: archives can't be unpacked: {error.strerror or error}"
            raise CaseError(message, hint="set TMPDIR to a folder with room for them") from error


def _reuse_memory() -> None:
    """Have the C library keep what was freed for what is read next, rather than give it back.

    Source: mallopt(3). Of all libraries only the GNU one has it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for parameter, size in _KEPT_MEMORY:
            mallopt(parameter, size)


def _ingest(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[str],
    scratch: Path,
    formats: Sequence[Format],
    progress: Callable[[Progress], None],
    zones: Sequence[told.Told],
) -> Summary:
    bound(connection, str(scratch), _MEMORY)
    # Each thread of DuckDB would keep several of its row groups as they came.
    connection.execute("set write_buffer_row_group_count = 1")
    summary = Summary()
    found, summary.problems = discover(paths, scratch)
    configurations, logs = configured.parted([_kept(file, scratch) for file in found])
    hints, taken = configured.configure(connection, configurations, logs)
    logs = [file for file in logs if file.name not in taken]
    hints += prefixes.told(logs)
    known = growth.recognise(connection, {file.name: _reading(file) for file in logs})
    run = _Ingest(connection, formats, hints, summary, progress, _total(logs), known, zones)
    read = 0
    for file in logs:
        read += _take(run, file, read)
    finish.finish(connection)
    events = connection.execute("select coalesce(sum(events), 0) from sources").fetchone()
    if not events or not events[0]:
        message = f"{', '.join(paths)}: no line of {len(found)} files could be read as a log"
        if summary.problems:
            message += f" ({summary.problems[0]})"
        raise EvidenceError(message, hint="logsleuth formats")
    return summary


def _kept(file: EvidenceFile, scratch: Path) -> EvidenceFile:
    """A file that can be read twice: a pipe is written down first."""
    if not file.once:
        return file
    handle, name = tempfile.mkstemp(dir=scratch)
    with os.fdopen(handle, "wb") as out:
        if file.path is None:
            shutil.copyfileobj(sys.stdin.buffer, out)
        else:
            with file.path.open("rb") as pipe:
                shutil.copyfileobj(pipe, out)
    return EvidenceFile(file.name, Path(name))


def _total(logs: Sequence[EvidenceFile]) -> int:
    total = 0
    for file in logs:
        with suppress(OSError):
            total += file.path.stat().st_size if file.path else 0
    return total


def _take(run: _Ingest, file: EvidenceFile, before: int) -> int:
    """Load one file in one transaction, so a killed ingest leaves whole files only.

    Returns how many bytes of it were read, as they lie on the disk.
    """
    meter = files.Meter()
    unsaid = [run.summary.problems]

    def blocks() -> Iterator[bytes]:
        # What is wrong with a file is told once, and what is read of it again doesn't count.
        if unsaid:
            return _guarded(file, meter, unsaid.pop())
        return _guarded(file, files.Meter(), [])

    def tell(lines: int, rejected: int) -> None:
        run.progress(Progress(file.name, lines, rejected, before + meter.bytes, run.total))

    head = _head(file, run.summary.problems)
    if head is None:
        return 0
    tell(0, 0)
    known = run.known.get(file.name)
    if known is not None and not known.grown:
        growth.rename(run.connection, known, file.name)
        run.summary.skipped += 1
        return meter.bytes
    reader = read_with(head, run.formats, run.hints)
    if reader is None and PurePosixPath(file.name).suffix.lower() in _SETTINGS:
        configured.record(run.connection, file.name, "settings", blocks())
        return meter.bytes
    if reader is not None:
        reader = years.dated(reader, head, file.path)
    if known is not None and reader is not None and _goes_on(reader, known):
        _read_on(run, file, blocks, reader, known, tell)
    else:
        if known is None and _replaced(run, file.name):
            told_of = "has changed since it was read; the case has both versions now"
            run.summary.problems.append(f"{file.name}: {told_of}")
        _load(run, file, blocks, reader, tell, known)
    return meter.bytes


def _goes_on(reader: Reader, known: growth.Known) -> bool:
    """Whether what a file has grown by is read as what is there, and by itself."""
    alike = known.size >= _TELLING and reader.format == known.format
    return alike and reader.directives is None and not years.missing(reader)


def _replaced(run: _Ingest, name: str) -> bool:
    """Whether the case has another file of this name, which isn't found under any name now."""
    rows = run.connection.execute(
        "select source_id from sources where path = $path", {"path": name}
    ).fetchall()
    found = {known.source_id for known in run.known.values()}
    return any(row[0] not in found for row in rows)


def _reading(file: EvidenceFile) -> Callable[[], Iterator[bytes]]:
    """Read a file without telling what is wrong with it, which is done when it is loaded."""
    return lambda: _guarded(file, files.Meter(), [])


def _read_on(
    run: _Ingest,
    file: EvidenceFile,
    blocks: Callable[[], Iterator[bytes]],
    reader: Reader,
    known: growth.Known,
    tell: Callable[[int, int], None],
) -> None:
    """Add to a source what its file has grown by since it was read."""
    connection, summary = run.connection, run.summary
    with _transaction(connection):
        kept = growth.cut_back(connection, known, _reading(file))
        account = load.load(
            connection, known.source_id,
            lambda: growth.between(blocks(), kept.offset, known.bytes),
            reader, tell, (kept.line, kept.offset),
        )  # fmt: skip
        growth.go_on(connection, known, file.name, kept, account)
        told.go_on(connection, known.source_id, kept.line)
        growth.span(connection, known.source_id)
    summary.problems += [f"{file.name}: {problem}" for problem in account.problems]
    summary.sources += 1
    summary.lines += account.lines
    summary.events += account.events
    summary.rejected += account.rejected


def _head(file: EvidenceFile, problems: list[str]) -> bytes | None:
    """What a file's format is told from; None where it can't be opened, which is told."""
    try:
        return next(files.blocks(file.path, _SAMPLE_BYTES), b"")
    except files.Damaged:
        return b""
    except OSError as error:
        problems.append(f"{file.name}: can't be read: {error.strerror or error}")
        return None


def _load(
    run: _Ingest,
    file: EvidenceFile,
    blocks: Callable[[], Iterator[bytes]],
    reader: Reader | None,
    tell: Callable[[int, int], None],
    known: growth.Known | None,
) -> None:
    """Load a whole file; one that was shorter anew, its events keep their ids."""
    connection, summary = run.connection, run.summary
    source_id = configured.next_id(connection)
    with _transaction(connection):
        had = growth.forget(connection, known) if known is not None else growth.NOTHING
        account = load.load(connection, source_id, blocks, reader, tell)
        finish.insert_source(connection, source_id, file.name, account, growth.stem(file.name))
        growth.name(connection, source_id, had)
        if reader is not None and years.missing(reader):
            years.turn(connection, source_id, file.path)
        _localise(run, source_id, file.name)
    summary.problems += [f"{file.name}: {problem}" for problem in account.problems]
    summary.sources += 1
    summary.lines += account.lines - had.lines
    summary.events += account.events - had.events
    summary.rejected += account.rejected - had.rejected


def _localise(run: _Ingest, source_id: int, name: str) -> None:
    zone = told.zone_of(name, run.zones)
    if zone is not None:
        told.apply(run.connection, source_id, zone)
        growth.span(run.connection, source_id)


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # A full disk has ended the transaction already.
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise


def _guarded(file: EvidenceFile, meter: files.Meter, problems: list[str]) -> Iterator[bytes]:
    """Pass blocks on; where reading breaks off, say so and keep what could be read."""
    try:
        yield from files.blocks(file.path, meter=meter)
    except files.Damaged as damage:
        problems.append(f"{file.name}: compressed data is damaged or cut off: {damage}")
    except OSError as error:
        problems.append(f"{file.name}: reading broke off: {error.strerror or error}")


def read_with(head: bytes, formats: Sequence[Format], hints: Sequence[Hint]) -> Reader | None:
    """Detect the format of a file from its first bytes."""
    whole = head if len(head) < _SAMPLE_BYTES else head[: head.rfind(b"\n") + 1] or head
    return detect.detect(detect.sample(whole.decode("utf-8", "replace")), formats, hints)
