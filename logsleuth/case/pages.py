"""Pages through the events of a case in order of time, each by a query: never all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from logsleuth.case.show import located
from logsleuth.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.case.store import Case

Way = Literal["forward", "backward"]

LEVELS: Final = ("trace", "debug", "info", "warning", "error", "fatal")
# Lines without a time come last.
_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
# What a line says, from what the case keeps of it; on the clock that all layers are compared by.
# A level is what the line says, or what its status means. The keys of a page are found first, and
# texts are put together for these only: that takes a tenth of the time.
_SAID: Final = """
with said as not materialized (
    select
        coalesce(ts - to_microseconds((clock_shift_s * 1000000)::bigint), timestamp '9999-12-31')
            as placed,
        source_id, line, event_id, role,
        coalesce(level, case when status >= 500 then 'error' when status >= 400 then 'warning' end)
            as level,
        coalesce(message, statement, concat_ws(' ', client, method,
            path || coalesce('?' || query, ''), status, round(duration_s, 6) || ' s', server))
            as text
    from events
),
keys as (
    select placed, source_id, line
    from said
    where """
_KEPT: Final = """
)
select placed, source_id, line, event_id, role, level, left(text, 4000)
from said
where line in (select line from keys)
    and (source_id, line) in (select (source_id, line) from keys)
order by placed, source_id, line"""
_AFTER: Final = "(placed, source_id, line) > ($ts, $source, $line)"
_BEFORE: Final = "(placed, source_id, line) < ($ts, $source, $line)"
_FIRST: Final = " order by placed, source_id, line limit $most"
_LAST: Final = " order by placed desc, source_id desc, line desc limit $most"
_CONDITIONS: Final = {
    "least": "list_position($levels, level) >= $least",
    "within": "regexp_matches(text, $within, 'i')",
    "also": "regexp_matches(text, $also, 'i')",
    "without": "not regexp_matches(coalesce(text, ''), $without, 'i')",
    "role": "role = $role",
}
_PLACE: Final = """
select coalesce(ts - to_microseconds((clock_shift_s * 1000000)::bigint), timestamp '9999-12-31'),
    source_id, line
from events
where source_id = $source and line = $line"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a line stands in the order of time."""

    ts: datetime
    source: int
    line: int


BEGIN: Final = Place(datetime(1, 1, 1, tzinfo=UTC), -1, -1)
END: Final = Place(_NEVER, 2**31 - 1, 2**62)


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a line of the evidence: its place, and what the case knows of it."""

    place: Place
    event_id: str
    role: str
    level: str | None
    text: str

    @property
    def ts(self) -> datetime | None:
        """When, on the balancer's clock; None where the line doesn't say."""
        return None if self.place.ts.year == _NEVER.year else self.place.ts


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are wanted; patterns are regular expressions that ignore case."""

    within: str | None = None
    without: str | None = None
    level: str | None = None
    """The least grave of them."""
    role: str | None = None
    also: str | None = None
    """What a search looks for among them."""


ALL: Final = Wanted()


def page(
    case: Case, place: Place, most: int, wanted: Wanted = ALL, way: Way = "forward"
) -> tuple[Line, ...]:
    """Read so many lines next after a place, or before it; always in order of time.

    Raises:
        QueryError: a pattern isn't a regular expression.
    """
    values = _values(wanted)
    forward = way == "forward"
    wheres = [_AFTER if forward else _BEFORE, *(_CONDITIONS[v] for v in values if v in _CONDITIONS)]
    sql = _SAID + " and ".join(wheres) + (_FIRST if forward else _LAST) + _KEPT
    where = {"ts": place.ts.replace(tzinfo=None), "source": place.source, "line": place.line}
    return tuple(_line(row) for row in case.rows(sql, {**values, **where, "most": most}))


def next_error(
    case: Case, place: Place, wanted: Wanted = ALL, way: Way = "forward", level: str = "error"
) -> Line | None:
    """Find the next line of that level or graver, among those that are wanted."""
    least = max(level, wanted.level or level, key=LEVELS.index)
    return next(iter(page(case, place, 1, replace(wanted, level=least), way)), None)


def search(
    case: Case, place: Place, pattern: str, wanted: Wanted = ALL, way: Way = "forward"
) -> Line | None:
    """Find the next line with a pattern, among those that are wanted."""
    return next(iter(page(case, place, 1, replace(wanted, also=pattern), way)), None)


def place_of(case: Case, event_id: str) -> Place:
    """Return where an event stands.

    Raises:
        QueryError: the case has no such event.
    """
    source, line = located(case, event_id)
    rows = case.rows(_PLACE, {"source": source, "line": line})
    if not rows:
        message = f"{event_id}: there is no such event"
        raise QueryError(message, hint="logsleuth show --help")
    return _place(rows[0])


def just_before(place: Place) -> Place:
    """Return a place from which the line at this one is the next."""
    return Place(place.ts, place.source, place.line - 1)


def at(ts: datetime) -> Place:
    """Return the place before all lines of a moment."""
    return Place(ts, -1, -1)


def _values(wanted: Wanted) -> dict[str, object]:
    """The values of the conditions that are there."""
    names = ("within", "without", "also", "role")
    told: dict[str, object] = {
        n: getattr(wanted, n) for n in names if getattr(wanted, n) is not None
    }
    if wanted.level is not None:
        told |= {"levels": list(LEVELS), "least": LEVELS.index(wanted.level) + 1}
    return told


def _line(row: Sequence[Any]) -> Line:
    return Line(_place(row), row[3], row[4], row[5], row[6] or "")


def _place(row: Sequence[Any]) -> Place:
    return Place(row[0].replace(tzinfo=UTC), row[1], row[2])
