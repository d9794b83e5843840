"""From paths to a case: every file is read once, detected, loaded and accounted for."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from logsleuth.case import finish, intent, load
from logsleuth.case.store import write_case
from logsleuth.errors import EvidenceError
from logsleuth.evidence import files
from logsleuth.evidence.configuration.read import looks_like
from logsleuth.evidence.configuration.read import read as read_configuration
from logsleuth.evidence.discover import discover
from logsleuth.formats.detect import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from logsleuth.evidence.discover import EvidenceFile
    from logsleuth.formats.spec import Format

# Settings of other programs: no log, and no pool to learn from.
_SETTINGS: Final = (".conf", ".cfg", ".cnf", ".ini", ".toml", ".yaml", ".yml", ".env", ".service")
# A configuration larger than this is none.
_LARGEST_CONFIGURATION: Final = 8 << 20
_ROTATION: Final = re.compile(
    r"(?:\.(?:log|jsonl?|txt|out|err|csv|gz|zst|bz2|xz|\d{1,3}|\d{8}))+$", re.IGNORECASE
)


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
class _Opened:
    """A file with its first block read."""

    file: EvidenceFile
    block: bytes
    rest: Iterator[bytes]
    account: load.Account


def ingest(
    paths: Sequence[str],
    case: Path,
    formats: Sequence[Format],
    progress: Callable[[str, int, int], None] = lambda _name, _lines, _rejected: None,
) -> Summary:
    """Read evidence into a case; what the case already has is not read into it again.

    `progress` is called with the file's name, its lines so far and the refused ones.

    Raises:
        UsageError: a path doesn't exist.
        EvidenceError: no line could be read as a log.
        CaseError: the case can't be written.
    """
    summary = Summary()
    with tempfile.TemporaryDirectory(prefix="logsleuth-") as scratch, write_case(case) as connection:
        found, summary.problems = discover(paths, Path(scratch))
        configurations, logs = _parted(found, summary)
        hints = _configure(connection, configurations)
        for file in logs:
            _take(connection, file, formats, hints, summary, progress)
        finish.finish(connection)
        events = connection.execute("select coalesce(sum(events), 0) from sources").fetchone()
    if not events or not events[0]:
        message = f"{', '.join(paths)}: no line of {len(found)} files could be read as a log"
        raise EvidenceError(message, hint="logsleuth formats")
    return summary


def _parted(
    found: Sequence[EvidenceFile], summary: Summary
) -> tuple[list[tuple[EvidenceFile, bytes]], list[EvidenceFile]]:
    """Configuration files, whole, and the rest, of which nothing is kept in memory."""
    configurations: list[tuple[EvidenceFile, bytes]] = []
    logs: list[EvidenceFile] = []
    for file in found:
        head = _peek(file, summary)
        if head is not None and looks_like(file.name, head):
            configurations.append((file, head))
        else:
            logs.append(file)
    return configurations, logs


def _peek(file: EvidenceFile, summary: Summary) -> bytes | None:
    """The bytes of a small file; None where it is too large for a configuration, or a pipe."""
    if file.path is None:
        return None
    try:
        if file.path.stat().st_size > _LARGEST_CONFIGURATION:
            return None
        head = next(files.blocks(file.path, 64 << 10), b"")
        if not looks_like(file.name, head):
            return None
        return next(files.blocks(file.path, _LARGEST_CONFIGURATION), b"")
    except (OSError, files.Damaged):
        return None


def _configure(
    connection: duckdb.DuckDBPyConnection, found: Sequence[tuple[EvidenceFile, bytes]]
) -> list[Hint]:
    hints: list[Hint] = []
    for file, data in found:
        known = connection.execute(
            "select 1 from sources where path = $path", {"path": file.name}
        ).fetchone()
        configuration = read_configuration(file.name, data)
        if configuration.product == "nginx":
            hints += [Hint("nginx-access", f.text) for f in configuration.log_formats]
        if not known:
            intent.store(connection, file.name, configuration)
            _record(connection, file.name, f"{configuration.product}-configuration", data)
    return hints


def _record(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, data: bytes
) -> None:
    """List a configuration file; its lines are settings, not records."""
    account = load.Account(
        format=kind, role="configuration", sha256=finish.digest(data), bytes=len(data)
    )
    finish.insert_source(connection, _next_id(connection), name, account, None)


def _next_id(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(source_id), 0) + 1 from sources").fetchone()
    return int(row[0]) if row else 1


def _take(
    connection: duckdb.DuckDBPyConnection,
    file: EvidenceFile,
    formats: Sequence[Format],
    hints: Sequence[Hint],
    summary: Summary,
    progress: Callable[[str, int, int], None],
) -> None:
    """Load one file in one transaction: a killed ingest leaves whole files only."""
    opened = _open(file)
    reader = load.read_with(opened.block, formats, hints)
    if reader is None and PurePosixPath(file.name).suffix.lower() in _SETTINGS:
        _record(connection, file.name, "settings", opened.block)
        return
    source_id = _next_id(connection)
    reader = finish.dated(reader, opened.block, file.path) if reader else None
    connection.execute("begin")
    try:
        account = load.load(
            connection, source_id, file.name, opened.block, opened.rest, reader,
            lambda lines, rejected: progress(file.name, lines, rejected),
        )  # fmt: skip
        account.problems[:0] = opened.account.problems
        if finish.is_known(connection, file.name, account):
            connection.execute("rollback")
            summary.skipped += 1
            return
        finish.insert_source(connection, source_id, file.name, account, _stem(file.name))
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    summary.sources += 1
    summary.lines += account.lines
    summary.events += account.events
    summary.rejected += account.rejected
    summary.problems += account.problems


def _open(file: EvidenceFile) -> _Opened:
    account = load.Account()
    stream = _blocks(file, account)
    return _Opened(file, next(stream, b""), stream, account)


def _blocks(file: EvidenceFile, account: load.Account) -> Iterator[bytes]:
    yield from load.guarded(files.blocks(file.path), account, file.name)


def _stem(name: str) -> str:
    """What a file's name says of who wrote it: `logs/app-1.log.gz` is from `app-1`."""
    last = PurePosixPath(re.split(r"[!/\\]", name)[-1]).name
    return _ROTATION.sub("", last) or last
