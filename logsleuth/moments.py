"""Times as people type them: stamps, times of day, `yesterday 10:00`, `30 min ago`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final, NoReturn
from zoneinfo import ZoneInfo

from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXAMPLES: Final = "for example 2026-03-01T10:31Z, 10:31, 'yesterday 10:00', '30 min ago', -30m"
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)[\s,]*", re.ASCII)
_NAMED: Final = re.compile(r"(today|yesterday)(?:\s+(?:at\s+)?(\S+))?")
_UNITS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 604800),
}
_MOST_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class Reach:
    """What a time is told by: the first and the last line of the evidence, and a zone.

    "Ago" counts back from the last line, and "yesterday" is the day before its day: evidence is
    looked at long after it was written, and the same words are to mean the same tomorrow.
    """

    first: datetime | None
    last: datetime | None
    zone: tzinfo = UTC


def zone(name: str) -> tzinfo:
    """Return the zone of that name: one of the time zone database, UTC, or `+02:00`.

    Raises:
        ValueError: there is no such zone.
    """
    text = name.strip()
    if text.upper() in {"UTC", "Z"}:
        return UTC
    if offset := _OFFSET.fullmatch(text):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(ahead if offset[1] == "+" else -ahead)
    try:
        return ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        raise ValueError(name) from None


def span(text: str) -> timedelta:
    """Read a length of time: `90s`, `1h 30m`, `2 days`.

    Raises:
        ValueError: it is none.
    """
    parts = list(_PART.finditer(text.strip().lower()))
    units = [part[2] for part in parts]
    if not parts or "".join(part[0] for part in parts) != text.strip().lower():
        raise ValueError(text)
    if not set(units) <= set(_UNITS):
        raise ValueError(text)
    return timedelta(seconds=sum(float(part[1]) * _UNITS[part[2]] for part in parts))


def read(said: str, reach: Reach) -> datetime:
    """Read a time as people type it; without a zone it is in that of the reach.

    A time of day alone is of the day of the evidence on which it lies.

    Raises:
        UsageError: it is no time, or more than one; the message says which.
    """
    text = " ".join(said.split())
    lowered = text.lower()
    if lowered == "now" or lowered.startswith("-") or lowered.endswith(" ago"):
        return _ago(said, lowered, reach)
    if named := _NAMED.fullmatch(lowered):
        return _on_named_day(said, named[1], named[2] or "", reach)
    if _CLOCK.fullmatch(text):
        return _of_day(said, text, reach)
    try:
        stamp = datetime.fromisoformat(_padded(text))
    except ValueError:
        _refuse(f"{said!r} is no time")
    return _placed(said, stamp, reach.zone)


def between(
    since: str | None, until: str | None, reach: Reach
) -> tuple[datetime | None, datetime | None]:
    """Read both ends of a stretch; an end of `+5m` is so long after its beginning.

    Raises:
        UsageError: one of them can't be read, or the end isn't after the beginning.
    """
    begin = read(since, reach) if since else None
    end = _after(until, begin) if until and until.startswith("+") else None
    end = read(until, reach) if until and end is None else end
    if begin is not None and end is not None and end <= begin:
        _refuse(f"until {_iso(end)} isn't after since {_iso(begin)}")
    return begin, end


def _after(until: str, begin: datetime | None) -> datetime:
    if begin is None:
        _refuse(f"{until}: after what? --since is missing")
    try:
        return begin + span(until[1:])
    except (ValueError, OverflowError):
        _refuse(f"{until!r} is no length of time")


def _ago(said: str, lowered: str, reach: Reach) -> datetime:
    if reach.last is None:
        _refuse(f"{said}: the evidence has no times to count back from")
    if lowered == "now":
        return reach.last
    try:
        return reach.last - span(lowered.removeprefix("-").removesuffix(" ago"))
    except (ValueError, OverflowError):
        _refuse(f"{said!r} is no time")


def _on_named_day(said: str, name: str, clock: str, reach: Reach) -> datetime:
    if reach.last is None:
        _refuse(f"{said}: the evidence has no day")
    day = reach.last.astimezone(reach.zone).date() - timedelta(days=name == "yesterday")
    if clock and not _CLOCK.fullmatch(clock):
        _refuse(f"{said!r} is no time")
    return _at(said, day, clock or "00:00", reach.zone)


def _of_day(said: str, clock: str, reach: Reach) -> datetime:
    if reach.first is None or reach.last is None:
        _refuse(f"{said}: of which day? The evidence has none")
    days = _days(reach.first.astimezone(reach.zone), reach.last.astimezone(reach.zone))
    if len(days) == 1:
        return _at(said, days[0], clock, reach.zone)
    # At midnight evidence of one night has two days, and most times are of only one of them.
    tried = [_at(said, day, clock, reach.zone) for day in days]
    inside = [ts for ts in tried if reach.first <= ts <= reach.last]
    if len(inside) != 1:
        named = [str(ts.astimezone(reach.zone).date()) for ts in inside or tried]
        more = " and more" if len(named) > _MOST_DAYS else ""
        days_said = ", ".join(named[:_MOST_DAYS]) + more
        hint = f"for example {named[0]}T{clock}"
        _refuse(f"{said}: of which day? The evidence has {days_said}", hint)
    return inside[0]


def _days(first: datetime, last: datetime) -> Sequence[date]:
    count = min((last.date() - first.date()).days, _MOST_DAYS + 1)
    return [first.date() + timedelta(days=n) for n in range(count + 1)]


def _at(said: str, day: date, clock: str, zone: tzinfo) -> datetime:
    try:
        told = time.fromisoformat(_padded(clock).upper().replace(",", "."))
    except ValueError:
        _refuse(f"{said!r} is no time of day")
    return _placed(said, datetime.combine(day, told), zone)


def _placed(said: str, stamp: datetime, zone: tzinfo) -> datetime:
    """Put a stamp in its zone; at the hours at which clocks are set it may be none, or two."""
    if not date.min.year < stamp.year < date.max.year:
        _refuse(f"{said!r} is no time that a log has")
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    first, second = (stamp.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != stamp:
            _refuse(f"{said}: clocks in {zone} were set forward over that time")
        both = f"{first:%Y-%m-%dT%H:%M%z} or {second:%Y-%m-%dT%H:%M%z}"
        _refuse(f"{said}: {zone} had that time twice", f"say which: {both}")
    return first.astimezone(UTC)


def _padded(text: str) -> str:
    """An hour of one digit gets its zero, wherever the hour stands."""
    return re.sub(r"(?:^|(?<=[T ]))(\d:\d\d)", r"0\1", text)


def _iso(ts: datetime) -> str:
    return ts.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _refuse(message: str, hint: str = EXAMPLES) -> NoReturn:
    raise UsageError(message, hint=hint) from None
