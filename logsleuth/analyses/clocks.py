"""The clocks of the sources, as their requests tell them, and what to beware of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql
from logsleuth.model import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.store import Case

_QUARTER_S: Final = 900
# A clock is set wrong by seconds; what is nearer to a quarter of an hour than this is a zone.
_NEAR_ZONE_S: Final = 60.0
# A rest of this size is what clocks on their own differ by.
_REST_S: Final = 2.0


def read(case: Case) -> tuple[Clock, ...]:
    """Every clock that was held against the balancer's, in order of path."""
    return tuple(_clock(*row) for row in case.rows(sql("clocks")))


def _clock(
    path: str, offset: float, low: float | None, high: float | None, pairs: int, drift: float,
    basis: str, corrected: bool,
) -> Clock:  # fmt: skip
    return Clock(path, offset, low, high, pairs, drift, zone_error(offset), basis, corrected)


def zone_error(offset: float) -> int:
    """The quarters of an hour in an offset, in seconds: a zone that the lines state wrongly."""
    whole = round(offset / _QUARTER_S) * _QUARTER_S
    return whole if abs(offset - whole) < _NEAR_ZONE_S else 0


def warnings(case: Case) -> Iterator[str]:
    """Say which clocks were corrected, together where they are wrong alike, and which drift."""
    alike: dict[tuple[float, int], list[Clock]] = {}
    for clock in read(case):
        if clock.corrected:
            alike.setdefault((round(clock.offset_s, 1), clock.zone_error_s), []).append(clock)
        elif clock.drift_s:
            yield f"{clock.path}: its clock gained {clock.drift_s:+.3f} s on the balancer's"
    for clocks in alike.values():
        yield f"{_names(clocks)}: {_error(clocks)}; times are corrected"


def _names(clocks: list[Clock]) -> str:
    first = clocks[0].path
    if len(clocks) == 1:
        return first
    return f"{first} and {len(clocks) - 1} more"


def _error(clocks: list[Clock]) -> str:
    middle = sorted(clocks, key=lambda clock: clock.offset_s)[len(clocks) // 2]
    rest = middle.offset_s - middle.zone_error_s
    pairs = f"by {sum(clock.pairs for clock in clocks):,} pairs of requests"
    by = f"{abs(rest):.3f} s {'ahead of' if rest > 0 else 'behind'} the balancer's"
    if not middle.zone_error_s:
        return f"clock {by}, {pairs}"
    minutes = middle.zone_error_s // 60
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    beside = "" if abs(rest) < _REST_S else f", and its clock is {by}"
    return f"the zone that its lines state is wrong by {zone}{beside}, {pairs}"
