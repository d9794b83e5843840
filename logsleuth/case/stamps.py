"""Reads times that are written alike in every line, a column of digits at a time."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from logsleuth.formats.times import ABBREVIATIONS

Array = np.ndarray[Any, Any]

# Layouts of `formats.times` that are read so, and where their parts begin; `.` may be anything.
_CLF: Final = "dd/MMM/yyyy.HH:MM:SS"
_ISO: Final = "yyyy-mm-dd.HH:MM:SS"
LAYOUTS: Final = {
    "clf": _CLF, "clf-local": _CLF, "iso-utc": _ISO, "iso-offset": _ISO, "iso-local": _ISO,
    "iso-zone": _ISO,
}  # fmt: skip
# What follows the seconds: parts of them, and a zone.
_TAIL: Final = re.compile(
    rb"(?:[.,](?P<parts>\d{1,6}))?(?: ?[+-](?P<zone>\d\d:?\d\d)|Z| (?P<name>[A-Z]{1,5}))?"
)
_NAMES: Final = b"JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTHS: Final = np.array([int.from_bytes(_NAMES[i : i + 3], "big") for i in range(0, 36, 3)])
_ORDER: Final = np.argsort(_MONTHS)
_ZERO: Final = ord("0")


def parse(codes: Array, layout: str) -> tuple[Array, Array]:
    """Return times in microseconds since 1970, UTC where a zone is written, and which hold.

    `codes` has a row of bytes for each text. Those that are not written as the first one is, or
    are no time, don't hold.
    """
    shape = LAYOUTS[layout]
    rows, width = codes.shape
    tail = _TAIL.fullmatch(codes[0, len(shape) :].tobytes()) if rows else None
    if tail is None or width < len(shape):
        return np.zeros(rows, np.int64), np.zeros(rows, bool)
    good = _literals(codes, shape, tail)
    day, held = _days(codes, shape, good)
    hour, minute, second = (_number(codes, shape.index(p), 2, good) for p in ("HH", "MM:", "SS"))
    held &= (hour < 24) & (minute < 60) & (second < 60)
    time = ((day * 24 + hour) * 60 + minute) * 60 + second
    time -= 60 * _offset(codes, len(shape) + tail.start("zone"), tail["zone"], good)
    if tail["name"]:
        # Every text has the name that the first one has.
        east = ABBREVIATIONS.get(tail["name"].decode())
        held &= east is not None
        time -= 60 * (east or 0)
    time *= 1_000_000
    if tail["parts"]:
        count = len(tail["parts"])
        parts = _number(codes, len(shape) + tail.start("parts"), count, good)
        time += parts * 10 ** (6 - count)
    return time, held & good


def _literals(codes: Array, shape: str, tail: re.Match[bytes]) -> Array:
    """Which texts have what the first one has where there are no digits."""
    at = [i for i, c in enumerate(shape) if c in "/-:"]
    written = tail[0]
    at += [len(shape) + i for i, c in enumerate(written) if not 48 <= c <= 57 and c not in b"+-"]
    good: Array = (codes[:, at] == codes[0, at]).all(axis=1)
    first = [shape[i].encode() for i in at if i < len(shape)]
    return good & bool(codes[0, at[: len(first)]].tobytes() == b"".join(first))


def _number(codes: Array, begin: int, count: int, good: Array) -> Array:
    """The number that some digits write; texts that have others there are marked as no time."""
    value = np.zeros(len(codes), np.int64)
    for index in range(begin, begin + count):
        digit = codes[:, index] - _ZERO
        good &= digit <= 9
        value *= 10
        value += digit
    return value


def _days(codes: Array, shape: str, good: Array) -> tuple[Array, Array]:
    """Days since 1970, and which exist."""
    begin = shape.index("d")
    if len(codes) and (codes[:, : shape.index(".")] == codes[0, : shape.index(".")]).all():
        # One day is what most pieces of a log are of.
        day, held = _days_of(codes[:1], shape, good[:1], begin)
        good &= good[:1]
        return np.repeat(day, len(codes)), np.repeat(held, len(codes))
    return _days_of(codes, shape, good, begin)


def _days_of(codes: Array, shape: str, good: Array, begin: int) -> tuple[Array, Array]:
    year = _number(codes, shape.index("y"), 4, good)
    day = _number(codes, begin, 2, good)
    if "MMM" in shape:
        at = shape.index("MMM")
        name = codes[:, at].astype(np.int64) << 16 | codes[:, at + 1].astype(np.int64) << 8
        name |= codes[:, at + 2]
        place = np.minimum(np.searchsorted(_MONTHS[_ORDER], name), 11)
        held = _MONTHS[_ORDER][place] == name
        month = _ORDER[place]
    else:
        month = _number(codes, shape.index("mm"), 2, good) - 1
        held = (month >= 0) & (month < 12)
    months = ((year - 1970) * 12 + month).astype("M8[M]")
    days = months.astype("M8[D]") + (day - 1)
    held &= (days.astype("M8[M]") == months) & (day > 0)
    return days.astype(np.int64), held


def _offset(codes: Array, begin: int, zone: bytes | None, good: Array) -> Array:
    """Minutes east of UTC that a zone such as +0530 or +05:30 writes."""
    if not zone:
        return np.zeros(len(codes), np.int64)
    sign = codes[:, begin - 1]
    good &= (sign == ord("+")) | (sign == ord("-"))
    minutes = _number(codes, begin, 2, good) * 60
    minutes += _number(codes, begin + len(zone) - 2, 2, good)
    return np.where(sign == ord("-"), -minutes, minutes)
