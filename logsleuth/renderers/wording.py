"""How figures, times and statuses are said, the same in every showing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logsleuth.model import Clock, Outcome, Status

UNKNOWN: Final = "–"
STATUS_WORDS: Final[dict[Status, str]] = {
    "implicated": "implicated",
    "ruled-out": "ruled out",
    "inconclusive": "inconclusive",
    "no-evidence": "no evidence",
}
STATUS_ICONS: Final[dict[Status, str]] = {
    "implicated": "✖",
    "ruled-out": "✔",
    "inconclusive": "?",
    "no-evidence": "∅",
}
OUTCOME_ICONS: Final[dict[Outcome, str]] = {"for": "+", "against": "−", "neutral": "○"}
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
# What would be said as 1000 of one unit is 1 of the next.
_NEXT_UNIT: Final = 999.5
_SMALLEST_P: Final = 0.0001
_LEAST_PERCENT: Final = 0.01
_WHOLE_PERCENT: Final = 99.95


def utc(ts: datetime) -> datetime:
    """Return the same moment in UTC; a time without a zone is UTC already."""
    return ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts.astimezone(UTC)


def day(ts: datetime) -> str:
    """Say the date: `2026-03-01`."""
    return f"{utc(ts):%Y-%m-%d}"


def clock(ts: datetime) -> str:
    """Say the time of day, to the millisecond only if the moment is known that well."""
    here = utc(ts)
    millis = here.microsecond // 1000
    return f"{here:%H:%M:%S}" + (f".{millis:03d}" if millis else "")


def moment(ts: datetime | None) -> str:
    """Say date and time of day, in UTC as everywhere."""
    return UNKNOWN if ts is None else f"{day(ts)} {clock(ts)}"


def count(value: int) -> str:
    """Say a number of things: `1,234,567`."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """Say a number of things with their noun: `1 file`, `12 files`."""
    return f"{value:,} {noun}" + ("" if value == 1 else "s")


def capital(text: str) -> str:
    """Begin a sentence with a capital, but not with a name that has none: `app-1`, `10.0.0.1`."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text


def percent(value: float | None) -> str:
    """Say a share or rate: `13.8 %`, with more digits only where it is tiny."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    hundredths = value * 100
    if 0 < abs(hundredths) < _LEAST_PERCENT:
        return "< 0.01 %"
    if hundredths == 0 or abs(hundredths) >= _WHOLE_PERCENT:
        return f"{hundredths:.0f} %"
    return f"{hundredths:.2f} %" if abs(hundredths) < 1 else f"{hundredths:.1f} %"


def confidence(value: float) -> str:
    """Say a confidence in whole percent: it isn't known better than that."""
    return UNKNOWN if math.isnan(value) else f"{value * 100:.0f} %"


def seconds(value: float | None) -> str:
    """Say a short duration: `310 ms`, `4.21 s`; a long one as `17 min 35 s`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g} s" if abs(value) < 60 else lasting(timedelta(seconds=value))


def size(value: float | None) -> str:
    """Say how much was sent, in thousands of bytes: `731 B`, `506 kB`, `13.4 MB`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    unit = 0
    while value >= _NEXT_UNIT and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {_UNITS[unit]}"


def lasting(span: timedelta) -> str:
    """Say a long duration by its two largest units: `1 h 4 min`."""
    whole = round(span.total_seconds())
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    sizes = [(days, "d"), (hours, "h"), (minutes, "min"), (whole % 60, "s")]
    first = next((place for place, (size, _) in enumerate(sizes) if size), len(sizes) - 1)
    shown = [sizes[first], *(pair for pair in sizes[first + 1 : first + 2] if pair[0])]
    return " ".join(f"{size} {unit}" for size, unit in shown)


def offset(ts: datetime, origin: datetime) -> str:
    """Say how long before or after another moment: `−12 s`, `+1 min 5 s`."""
    span = utc(ts) - utc(origin)
    sign = "−" if span < timedelta() else "+"
    exact = abs(span.total_seconds())
    return sign + (seconds(exact) if 0 < exact < 60 else lasting(abs(span)))


def ahead(clock: Clock) -> str:
    """Say how far a clock is ahead, and how sure that is: `+3.214 s (±4 ms, 1,932 pairs)`."""
    value = f"{clock.offset_s:+.3f} s".replace("-", "−")
    if clock.low_s is None or clock.high_s is None:
        doubt = "at least" if (clock.low_s is None) == (clock.offset_s < 0) else "at most"
        return f"{doubt} {value} ({counted(clock.pairs, 'pair')})"
    within = seconds((clock.high_s - clock.low_s) / 2)
    basis = counted(clock.pairs, "pair") if clock.pairs else clock.basis
    drift = f", gaining {seconds(clock.drift_s)}" if clock.drift_s else ""
    return f"{value} (±{within}, {basis}{drift})"


def number(value: float | None) -> str:
    """Say a figure of any size in at most four digits."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Say a p-value; below a ten-thousandth its size says nothing more."""
    if value is None or math.isnan(value):
        return UNKNOWN
    return "< 0.0001" if value < _SMALLEST_P else f"{value:.2g}"


def p_clause(value: float | None) -> str:
    """Say a p-value inside a sentence: `p < 0.0001`, `p = 0.031`."""
    said = p_value(value)
    return f"p {said}" if said.startswith("<") else f"p = {said}"
