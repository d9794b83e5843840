"""Zones that people tell for lines without one: `--assume-tz ZONE` and `--assume-tz FILE=ZONE`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

import duckdb

from logsleuth.case import tables
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?")

# Where clocks are set back an hour is written twice, and read as the second one. Lines are in the
# first until their times go back. An hour that is left out is read as before clocks were set.
_FIRST: Final = """
create or replace temporary table first_pass as
with written as (
    select line, ts, (timezone($zone, ts) - interval 1 hour) at time zone $zone = ts as twice,
        max(ts) over (order by line rows unbounded preceding) - ts > interval 20 minutes as back
    from records
    where source_id = $id and line >= $line and ts is not null
)
select line
from (select line, twice, bool_or(twice and back) over (order by line) as again from written)
where twice and not again"""
_LOCAL: Final = """
update {table} set ts = timezone($zone, ts) at time zone 'UTC'
where source_id = $id and line >= $line"""
_EARLIER: Final = """
update {table} set ts = ts - interval 1 hour
where source_id = $id and line in (select line from first_pass)"""
_LABEL: Final = "told "


@dataclass(frozen=True, slots=True)
class Told:
    """A zone for the files whose names a pattern fits."""

    pattern: str
    zone: str

    def fits(self, name: str) -> bool:
        """Whether a file is meant: by its whole name, or by the last parts of it."""
        parts = re.split(r"[/!]", name)
        names = ["/".join(parts[i:]) for i in range(len(parts))]
        return any(fnmatchcase(each, self.pattern) for each in (name, *names))


def parse(texts: Sequence[str]) -> list[Told]:
    """Read what people tell, zones of single files first.

    Raises:
        UsageError: a zone that nobody knows.
    """
    found: list[Told] = []
    for text in texts:
        pattern, _, zone = text.rpartition("=")
        offset = _OFFSET.fullmatch(zone)
        if offset is None and not _known(zone):
            message = f"--assume-tz {text}: there is no zone {zone!r}"
            raise UsageError(
                message, hint="--assume-tz Europe/Berlin or --assume-tz app.log=+02:00"
            )
        found.append(Told(pattern or "*", zone))
    return sorted(found, key=lambda told: told.pattern == "*")


def _known(zone: str) -> bool:
    with duckdb.connect() as connection:
        try:
            connection.execute("select timezone($zone, timestamp '2026-01-01')", {"zone": zone})
        except duckdb.Error:
            return False
    return True


def zone_of(name: str, told: Sequence[Told]) -> str | None:
    """Return the zone that is told for a file."""
    return next((each.zone for each in told if each.fits(name)), None)


def go_on(connection: duckdb.DuckDBPyConnection, source_id: int, line: int) -> None:
    """Give the lines that a file has grown by the zone that was told for those before."""
    [(zone,)] = connection.execute(
        "select zone from sources where source_id = $id", {"id": source_id}
    ).fetchall()
    if zone is not None and zone.startswith(_LABEL):
        apply(connection, source_id, zone.removeprefix(_LABEL), line)


def apply(connection: duckdb.DuckDBPyConnection, source_id: int, zone: str, line: int = 1) -> None:
    """Turn the local times of a source, from a line on, into UTC, where its lines state no zone.

    Each time gets the offset that was in force at it, summer and winter.
    """
    key = {"id": source_id, "line": line}
    [(stated,)] = connection.execute(
        "select zone is null or zone in ('stated', 'header') from sources where source_id = $id",
        {"id": source_id},
    ).fetchall()
    if stated:
        return
    offset = _OFFSET.fullmatch(zone)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        east = -minutes if offset[1] == "-" else minutes
        for table in tables.EVERY:
            connection.execute(
                f"update {table} set ts = ts - to_minutes($east)"  # noqa: S608
                " where source_id = $id and line >= $line",
                {**key, "east": east},
            )
    else:
        connection.execute(_FIRST, {**key, "zone": zone})
        for table in tables.EVERY:
            connection.execute(_LOCAL.format(table=table), {**key, "zone": zone})
            connection.execute(_EARLIER.format(table=table), {"id": source_id})
        connection.execute("drop table first_pass")
    connection.execute(
        "update sources set zone = $label || $zone where source_id = $id",
        {"id": source_id, "label": _LABEL, "zone": zone},
    )
