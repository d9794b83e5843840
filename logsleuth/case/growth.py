"""Evidence that a case has already: found again as it was, under another name, or grown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from logsleuth.case import tables
from logsleuth.case.lines import blanks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb

    from logsleuth.case.account import Account

    Connection = duckdb.DuckDBPyConnection
    Read = Callable[[], Iterator[bytes]]

# A number behind a dot is a part's, one behind a hyphen an instance's: app.log.1, but app-1.log.
_ROTATION: Final = re.compile(
    r"(?:\.(?:log|jsonl?|txt|out|err|csv|gz|zst|bz2|xz|lz4|\d{1,3})"
    r"|[._-](?:\d{8}(?:[-_T]?\d{2,6})?|\d{4}-\d\d-\d\d(?:[-_T]\d{2,6})?|\d{10}))+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A source of the case that a file of the evidence goes on from."""

    source_id: int
    path: str
    format: str
    size: int
    """How many bytes of it the case has."""
    grown: bool
    sha256: str
    """Of all bytes that the file has now."""
    bytes: int


def stem(name: str) -> str:
    """Return what the name of a log is without rotation: `logs/app-1.log.2.gz` is of `app-1`."""
    last = PurePosixPath(re.split(r"[!/\\]", name)[-1]).name
    return _ROTATION.sub("", last) or last


def recognise(connection: Connection, files: Mapping[str, Read]) -> dict[str, Known]:
    """Tell for each file whether the case has it, whole or its first bytes.

    Files are looked for under their own names first. What isn't found so may have been rotated: a
    source whose name has other bytes now, or none, is looked for in what else is given.
    """
    sources = connection.execute(
        "select source_id, path, format, sha256, bytes from sources order by source_id"
    ).fetchall()
    found: dict[str, Known] = {}
    for name in sorted({row[1] for row in sources} & files.keys()):
        own = [row for row in sources if row[1] == name]
        known = _match(files[name], own)
        if known is not None:
            found[name] = known
    taken = {known.source_id for known in found.values()}
    lost = [row for row in sources if row[0] not in taken and row[4] and row[1] != "-"]
    for name in sorted(files.keys() - found.keys()) if lost else ():
        known = _match(files[name], [row for row in lost if row[0] not in taken])
        if known is not None and (not known.grown or stem(name) == stem(known.path)):
            found[name] = known
            taken.add(known.source_id)
    return found


def _match(read: Read, sources: Sequence[tuple[int, str, str, str, int]]) -> Known | None:
    """The largest of the sources that the file begins with; hashed in one pass."""
    digests, whole, size = _digests(read(), sorted({row[4] for row in sources}))
    matching = [row for row in sources if digests.get(row[4]) == row[3]]
    if not matching:
        return None
    source_id, path, kind, _, had = max(matching, key=lambda row: (row[4], -row[0]))
    return Known(source_id, path, kind, had, size > had, whole, size)


def _digests(blocks: Iterator[bytes], sizes: Sequence[int]) -> tuple[dict[int, str], str, int]:
    """The digests of the first bytes, for several counts of them, and of all; and how many."""
    digest = hashlib.sha256()
    found: dict[int, str] = {}
    position = 0
    waiting = list(sizes)
    for block in blocks:
        view = memoryview(block)
        while waiting and waiting[0] <= position + len(view):
            cut = waiting.pop(0) - position
            digest.update(view[:cut])
            found[position + cut] = digest.hexdigest()
            view, position = view[cut:], position + cut
        digest.update(view)
        position += len(view)
    if waiting and waiting[0] == position == 0:
        found[0] = digest.hexdigest()
    return found, digest.hexdigest(), position


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a source that is read on from its last record: the account of what is before.

    The last record may have been cut off, so it is read again.
    """

    line: int
    offset: int
    events: int
    rejected: int
    blank: int


def cut_back(connection: Connection, known: Known, read: Read) -> Kept:
    """Remove the last record of a source, and rejects behind it, for it may go on behind them.

    Say what stays, and where to read on.
    """
    key = {"id": known.source_id}
    [(line, offset)] = connection.execute(
        "select coalesce(max(line), 1), coalesce(max(byte_offset), 0) from records"
        " where source_id = $id",
        key,
    ).fetchall()
    again = b"".join(between(read(), offset, known.size))
    for table in (*tables.EVERY, "rejects"):
        connection.execute(
            f"delete from {table} where source_id = $id and line >= $line",  # noqa: S608
            {**key, "line": line},
        )
    [(events, rejected, blank)] = connection.execute(
        "select (select count(*) from records where source_id = $id),"
        " (select coalesce(sum(lines), 0)::bigint from rejects where source_id = $id), blank"
        " from sources where source_id = $id",
        key,
    ).fetchall()
    return Kept(line, offset, events, rejected, blank - blanks(again))


def go_on(connection: Connection, known: Known, name: str, kept: Kept, account: Account) -> None:
    """Write the account of a source that was read on, under the name that it has now."""
    lines = kept.line - 1 + account.lines
    events, rejected = kept.events + account.events, kept.rejected + account.rejected
    blank = kept.blank + account.blank
    connection.execute(
        "update sources set named = coalesce(named, sha256[:12]), path = $path, sha256 = $sha256,"
        " bytes = $bytes, lines = $lines,"
        " events = $events, rejected = $rejected, blank = $blank, continuation = $continuation"
        " where source_id = $id",
        {
            "id": known.source_id, "path": name, "sha256": known.sha256, "bytes": known.bytes,
            "lines": lines, "events": events, "rejected": rejected, "blank": blank,
            "continuation": lines - events - rejected - blank,
        },
    )  # fmt: skip


def rename(connection: Connection, known: Known, name: str) -> None:
    """Give a source the name under which it was found again."""
    connection.execute(
        "update sources set path = $path where source_id = $id",
        {"path": name, "id": known.source_id},
    )


@dataclass(frozen=True, slots=True)
class Had:
    """What a case had of a source that is read anew: the name of its events, and its account."""

    named: str | None = None
    ordinal: int = 1
    lines: int = 0
    events: int = 0
    rejected: int = 0


NOTHING: Final = Had()


def forget(connection: Connection, known: Known) -> Had:
    """Remove a source with all that was read of it, and return what there was."""
    [had] = connection.execute(
        "select coalesce(named, sha256[:12]), ordinal, lines, events, rejected from sources"
        " where source_id = $id",
        {"id": known.source_id},
    ).fetchall()
    for table in (*tables.EVERY, "rejects", "sources"):
        connection.execute(
            f"delete from {table} where source_id = $id",  # noqa: S608
            {"id": known.source_id},
        )
    return Had(*had)


def name(connection: Connection, source_id: int, had: Had) -> None:
    """Let the events of a source that was read anew be named as they were."""
    if had.named is not None:
        connection.execute(
            "update sources set named = $named, ordinal = $ordinal where source_id = $id",
            {"named": had.named, "ordinal": had.ordinal, "id": source_id},
        )


def span(connection: Connection, source_id: int) -> None:
    """Write anew from when to when the records of a source are."""
    connection.execute(
        "update sources set"
        " since = (select min(ts) from records where source_id = $id),"
        " until = (select max(ts) from records where source_id = $id) where source_id = $id",
        {"id": source_id},
    )


def between(blocks: Iterator[bytes], begin: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `begin` to `end` of a file that is given in blocks."""
    position = 0
    for block in blocks:
        part = block[max(begin - position, 0) : max(end - position, 0)]
        if part:
            yield part
        position += len(block)
        if position >= end:
            return
