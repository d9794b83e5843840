"""Which zone holds, and which stretch of time is meant, said back where it had to be worked out."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from logsleuth import moments
from logsleuth.console import session
from logsleuth.errors import UsageError
from logsleuth.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable


def zone(name: str | None) -> tzinfo:
    """Return the zone that was asked for, the one that is set, or UTC.

    Raises:
        UsageError: there is no such zone; the hint names the nearest.
    """
    text = name or session.current().value("tz") or "UTC"
    try:
        return moments.zone(text)
    except ValueError:
        from zoneinfo import available_timezones

        near = nearest(text, available_timezones())
        message = f"there is no zone called {text!r}"
        hint = f"did you mean {near}?" if near else "for example Europe/Berlin, UTC or +02:00"
        raise UsageError(message, hint=hint) from None


def stretch(
    since: str | None,
    until: str | None,
    reach: Callable[[], moments.Reach],
    tell: Callable[[str], None],
) -> tuple[datetime | None, datetime | None]:
    """Read both ends of a stretch, and say what they came to where the words don't.

    Raises:
        UsageError: one of them can't be read.
    """
    if not since and not until:
        return None, None
    known = reach()
    begin, end = moments.between(since, until, known)
    for name, said, ts in (("since", since, begin), ("until", until, end)):
        if said and ts is not None and not stated(said):
            tell(f"{name} {shown(ts, known.zone)}")
    return begin, end


def naive(
    ends: tuple[datetime | None, datetime | None], names: tuple[str, str] = ("since", "until")
) -> dict[str, datetime | None]:
    """Return both ends as a case has times, naive and in UTC, by the names that queries use."""
    utc = [None if ts is None else ts.astimezone(UTC).replace(tzinfo=None) for ts in ends]
    return dict(zip(names, utc, strict=True))


def stated(said: str) -> bool:
    """Whether a text is a whole stamp with its zone, which needs not be said back."""
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False


def shown(ts: datetime, zone: tzinfo) -> str:
    """Say a time in its zone: `2026-03-01T10:31:00Z`, `2026-03-01T11:31:00+01:00`."""
    here = ts.astimezone(zone)
    return here.replace(tzinfo=None).isoformat() + "Z" if zone is UTC else here.isoformat()
