"""Moments that people noted themselves, kept in the case beside what the evidence tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from logsleuth import moments
from logsleuth.case.reach import reach
from logsleuth.case.store import open_case, write_case
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from logsleuth.case.store import Case

LONGEST: Final = 2000
_DAY: Final = re.compile(r"\s*(\d{4}-\d\d-\d\d|today|yesterday)\s*", re.IGNORECASE)
_EXAMPLE: Final = 'logsleuth note 2026-03-01T10:31Z "rolled back"'
# Cases that were made before notes could be have no such table until the first is added.
_KNOWN: Final = "select count(*) from duckdb_tables() where table_name = 'notes'"
_READ: Final = "select number, ts, text from notes order by ts, number"
_ADD: Final = """
insert into notes select coalesce(max(number), 0) + 1, $ts, $text from notes returning number"""
_DROP: Final = "delete from notes where number = $number returning number"


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted; the number is what it is dropped by."""

    number: int
    ts: datetime
    text: str


def read(case: Case) -> tuple[Note, ...]:
    """Return the notes of a case, in order of time."""
    if not case.row(_KNOWN)[0]:
        return ()
    rows = case.rows(_READ)
    return tuple(Note(number, ts.replace(tzinfo=UTC), text) for number, ts, text in rows)


def add(path: Path, said: str, text: str, zone: tzinfo = UTC) -> Note:
    """Note a moment in a case; `said` is a time as people write it, in `zone` if it says none.

    Raises:
        CaseError: the file isn't a case, or it is being written to.
        UsageError: the time can't be read, or the text is empty or endless.
    """
    if not text.strip() or len(text) > LONGEST:
        message = f"a note has 1 to {LONGEST} characters"
        raise UsageError(message, hint=_EXAMPLE)
    if _DAY.fullmatch(said):
        message = f"{said!r} is a day: a time is wanted too"
        raise UsageError(message, hint=f"for example {_EXAMPLE}")
    with open_case(path) as case:
        ts = moments.read(said, reach(case, zone))
    with write_case(path) as connection:
        values = {"ts": ts.replace(tzinfo=None), "text": text}
        (number,) = connection.execute(_ADD, values).fetchall()[0]
    return Note(number, ts, text)


def drop(path: Path, number: int) -> None:
    """Remove a note from a case.

    Raises:
        CaseError: the file isn't a case, or it is being written to.
        UsageError: there is no such note.
    """
    with open_case(path):
        pass
    with write_case(path) as connection:
        gone = connection.execute(_DROP, {"number": number}).fetchall()
    if not gone:
        message = f"{path} has no note {number}"
        raise UsageError(message, hint=f"logsleuth note --case {path} lists them")
