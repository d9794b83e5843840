"""Moments that people noted themselves, kept in the case beside what the evidence tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from logsleuth.case.store import open_case, write_case
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from logsleuth.case.store import Case

LONGEST: Final = 2000
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?")
_EXAMPLE: Final = 'logsleuth note 2026-03-01T10:31Z "rolled back"'
# Cases that were made before notes could be have no such table until the first is added.
_KNOWN: Final = "select count(*) from duckdb_tables() where table_name = 'notes'"
_READ: Final = "select number, ts, text from notes order by ts, number"
_DAYS: Final = "select min(since)::date, max(until)::date from sources where since is not null"
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


def add(path: Path, said: str, text: str) -> Note:
    """Note a moment in a case; `said` is a time as people write it, in UTC if it says no zone.

    Raises:
        CaseError: the file isn't a case, or it is being written to.
        UsageError: the time can't be read, or the text is empty or endless.
    """
    if not text.strip() or len(text) > LONGEST:
        message = f"a note has 1 to {LONGEST} characters"
        raise UsageError(message, hint=_EXAMPLE)
    with open_case(path) as case:
        ts = moment(said, *days(case))
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


def days(case: Case) -> tuple[date | None, date | None]:
    """Return the first and the last day of the evidence, which a time of day may be of."""
    first, last = case.row(_DAYS)
    return first, last


def moment(said: str, first: date | None, last: date | None) -> datetime:
    """Read a time: ISO 8601, or a time of day where the evidence is of one day.

    Raises:
        UsageError: it is neither, or the evidence has several days.
    """
    if _CLOCK.fullmatch(said):
        return datetime.combine(_only_day(said, first, last), _clock(said), UTC)
    try:
        ts = datetime.fromisoformat(said)
    except ValueError:
        message = f"{said!r} is no time"
        raise UsageError(message, hint=f"for example {_EXAMPLE}") from None
    if len(said) <= len("2026-03-01"):
        message = f"{said!r} is a day: a time is wanted too"
        raise UsageError(message, hint=f"for example {_EXAMPLE}")
    return ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts.astimezone(UTC)


def _clock(said: str) -> time:
    try:
        return time.fromisoformat(said.rjust(len(said) + (said.index(":") == 1), "0"))
    except ValueError:
        message = f"{said!r} is no time of day"
        raise UsageError(message, hint=f"for example {_EXAMPLE}") from None


def _only_day(said: str, first: date | None, last: date | None) -> date:
    if first is None or first != last:
        which = "no day" if first is None else f"several days, {first} to {last}"
        message = f"{said}: of which day? The evidence is of {which}"
        raise UsageError(message, hint=f"name it too: {_EXAMPLE}")
    return first
