"""Which zone the logs themselves write their times in, as the cited lines tell it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from logsleuth.model import CitedEvent, Investigation

_TIME: Final = re.compile(r"(?<![\d.])([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?![\d:])")
_QUARTER: Final = 15
_DAY: Final = 24 * 60
# A day has one name less than the world has offsets: hardly anybody is east of +13:45.
_WEST: Final = -10 * 60
# A clock may be off, and what a line writes may be its request's end.
_NEAR: Final = 4


def written_in(investigation: Investigation) -> int | None:
    """Return how many minutes the logs' own times are ahead of UTC, the balancer's first.

    None where no cited line writes a time of day, or they don't agree.
    """
    roles = {source.path: source.role for source in investigation.sources}
    for wanted in (("balancer",), ("application",), ("database",)):
        told = Counter(
            offset
            for event in investigation.cited
            if roles.get(event.path) in wanted
            for offset in [_offset(event)]
            if offset is not None
        )
        if told:
            (offset, times), total = told.most_common(1)[0], told.total()
            return offset if 2 * times > total else None
    return None


def _offset(event: CitedEvent) -> int | None:
    found = _TIME.search(event.text)
    if found is None or event.ts is None:
        return None
    hours, minutes, seconds = map(int, found.groups())
    ts = utc(event.ts)
    apart = (hours - ts.hour) * 60 + minutes - ts.minute + (seconds - ts.second) / 60
    quarters = round(apart / _QUARTER) * _QUARTER
    if abs(apart - quarters) > _NEAR:
        return None
    return (quarters - _WEST) % _DAY + _WEST


def name(offset: int) -> str:
    """Say an offset: `+02:00`, `UTC`."""
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}" if offset else "UTC"
