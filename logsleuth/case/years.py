"""Years of lines that write none: from their neighbours, from other sources, or from the file."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from logsleuth.case import tables

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from logsleuth.formats.reader import Reader

LAYOUTS: Final = frozenset({"syslog", "glog", "day-month", "logcat"})
# What shapes are bound to that fitted none of the lines.
_UNBOUND: Final = frozenset({"iso-local"})
# A date, not any number: sizes and ports look like years too.
_YEAR: Final = re.compile(
    rb"(?<!\d)(?:(20\d\d)[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])(?!\d)"
    rb"|[0-3]\d/[A-Z][a-z]{2}/(20\d\d)[: ]"
    rb"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? (20\d\d)\b)"
)
_LEAP_DAY: Final = re.compile(rb"(?m)^(?:<\d{1,3}>)?Feb 29 \d\d:|^[IWEF]0229 \d\d:")
_LOOKED_AT: Final = 256 << 10
# Lines of one file are this near to each other; a greater step back is a new year.
_TURNS: Final = """
create or replace temporary table turns as
select line, sum(turned::int) over (order by line)::integer as years
from (
    select line, coalesce(lag(ts) over (order by line) - ts > interval 180 days, false) as turned
    from records where source_id = $id and ts is not null
)"""
_TURNED: Final = """
update {table} r set ts = r.ts + to_years(t.years)
from turns t where r.source_id = $id and t.line = r.line and t.years > 0"""
_MOVED: Final = "update {table} set ts = ts + to_years($years) where source_id = $id"
# How far from all that is dated by its own lines a source may be, to belong to the same incident.
_NEAR_S: Final = 45 * 86400
_YEARS: Final = 20


def missing(reader: Reader) -> bool:
    """Whether no line of a reader writes a year.

    Where lines are wrapped, those inside may have a year of their own.
    """
    layouts = _layouts(reader)
    wrapped = reader.wrapper != "none" or bool(reader.envelopes)
    return not wrapped and bool(layouts & LAYOUTS) and layouts <= LAYOUTS | _UNBOUND


def _layouts(reader: Reader) -> set[str]:
    fields = (field for shape in reader.shapes for field in shape.fields)
    return {field.time_layout for field in fields if field.time_layout}


def dated(reader: Reader, block: bytes, path: Path | None) -> Reader:
    """Give a reader of times without a year the one that its lines, or else its file, tell."""
    if not _layouts(reader) & LAYOUTS:
        return reader
    head = block[:_LOOKED_AT]
    told = _YEAR.search(head)
    year = int(next(group for group in told.groups() if group)) if told else None
    if year is None:
        with suppress(OSError):
            if path is not None:
                year = datetime.fromtimestamp(path.stat().st_mtime, UTC).year
    if year is None:
        return reader
    if _LEAP_DAY.search(head):
        # No other year has that day.
        while not _leap(year):
            year -= 1
    return replace(reader, year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def turn(connection: duckdb.DuckDBPyConnection, source_id: int, path: Path | None) -> None:
    """Let the year of a source's lines turn where December is followed by January.

    Nothing was written after the file was: if it were, all is of a year before.
    """
    key = {"id": source_id}
    connection.execute(_TURNS, key)
    for table in tables.EVERY:
        connection.execute(_TURNED.format(table=table), key)
    connection.execute("drop table turns")
    [(until,)] = connection.execute(
        "update sources set"
        " since = (select min(ts) from records where source_id = $id),"
        " until = (select max(ts) from records where source_id = $id) where source_id = $id"
        " returning until",
        key,
    ).fetchall()
    with suppress(OSError):
        if path is not None and until is not None:
            # Clocks and zones may be off by a day.
            latest = path.stat().st_mtime + 2 * 86400
            before = 0
            while _seconds(until, -before) > latest and before < _YEARS:
                before += 1
            _move(connection, source_id, -before)


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Put sources whose lines write no year into the one that the others tell.

    A file that was copied is younger than its lines.
    """
    [(low, high)] = connection.execute(
        "select epoch(min(since)), epoch(max(until)) from sources where not year_guessed"
    ).fetchall()
    if low is None:
        return
    guessed = connection.execute(
        "select source_id, since, until from sources where year_guessed and since is not null"
    ).fetchall()
    for source_id, since, until in guessed:

        def apart(n: int, since: datetime = since, until: datetime = until) -> float:
            return float(max(low - _seconds(until, n), _seconds(since, n) - high, 0.0))

        best = min(range(-_YEARS, _YEARS + 1), key=lambda n: (apart(n), abs(n)))
        if best and apart(0) > _NEAR_S >= apart(best):
            _move(connection, source_id, best)


def _move(connection: duckdb.DuckDBPyConnection, source_id: int, years: int) -> None:
    if not years:
        return
    for table in tables.EVERY:
        connection.execute(_MOVED.format(table=table), {"id": source_id, "years": years})
    connection.execute(
        "update sources set since = since + to_years($years), until = until + to_years($years)"
        " where source_id = $id",
        {"id": source_id, "years": years},
    )


def _seconds(naive: datetime, years: int) -> float:
    """Seconds since 1970 of a UTC time, so many years later; the leap day is the 28th there."""
    day = 28 if (naive.month, naive.day) == (2, 29) else naive.day
    return naive.replace(year=naive.year + years, day=day, tzinfo=UTC).timestamp()
