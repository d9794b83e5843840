"""Times on the page as elements that the zone switch can rewrite, also those inside sentences."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from logsleuth.renderers import wording
from logsleuth.renderers.primitives import time
from logsleuth.renderers.text import encodable, sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAID: Final = {"moment": wording.moment, "clock": wording.clock, "day": wording.day}
_ONE: Final = r"(?:\d{4}-\d\d-\d\d )?(?<![\d:])[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,6})?"
# Only what says that it is in UTC: a quoted line may write any other zone's time.
_STRETCH: Final = re.compile(rf"({_ONE})(?:( to | and )({_ONE}))? UTC(?![+-])")


def stamp(ts: datetime | None, form: str, *, zoned: bool = False) -> str | Markup:
    """Write a moment as `moment`, `clock` or `day`, with the name of its zone if asked."""
    if ts is None:
        return wording.UNKNOWN
    said = _SAID[form](ts)
    named = Markup(" data-zoned") if zoned else Markup("")
    element = Markup('<time datetime="{}" data-form="{}"{}>{}{}</time>')
    return element.format(time(ts), form, named, said, " UTC" if zoned else "")


def epoch(ts: datetime) -> int:
    """Return the milliseconds since 1970, as scripts count time."""
    return round(wording.utc(ts).timestamp() * 1000)


def dated(text: str, day: datetime | None) -> Markup:
    """Escape a sentence, and make elements of the times in it that are said to be in UTC.

    A time without a date is of `day`; without one it stays as it is, and says that it is in UTC.
    """
    safe = sanitise(encodable(text))
    return Markup("").join(_pieces(safe, day))


def _pieces(text: str, day: datetime | None) -> Iterator[Markup]:
    place = 0
    for found in _STRETCH.finditer(text):
        first, between, last = found.groups()
        begin = _moment(first, day)
        end = None if last is None else _moment(last, begin)
        if begin is None or (last is not None and end is None):
            continue
        yield escape(text[place : found.start()])
        yield _element(begin, first, zoned=last is None)
        if end is not None:
            yield escape(between) + _element(end, last, zoned=True)
        place = found.end()
    yield escape(text[place:])


def _element(ts: datetime, said: str, *, zoned: bool) -> Markup:
    form = "moment" if "-" in said else "clock"
    named = Markup(" data-zoned") if zoned else Markup("")
    element = Markup('<time datetime="{}" data-form="{}"{}>{}{}</time>')
    return element.format(time(ts), form, named, said, " UTC" if zoned else "")


def _moment(said: str, day: datetime | None) -> datetime | None:
    if " " not in said and day is None:
        return None
    whole = said if " " in said else f"{wording.day(day)} {said}" if day else said
    try:
        return datetime.fromisoformat(whole).replace(tzinfo=UTC)
    except ValueError:
        return None
