"""Reads flat JSON objects of strings from many texts at once: where each value is, and its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.case.lines import positions
from logsleuth.case.strings import Array, codes_of, from_spans

if TYPE_CHECKING:
    import pyarrow as pa

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_SPACE: Final = ord(" ")
# RFC 8259, section 7: what stands behind a backslash, and what it means.
_MEANT: Final[Array] = np.zeros(256, np.uint8)
_MEANT[list(b'"\\/bfnrt')] = list(b'"\\/\b\f\n\r\t')
_HEX: Final[Array] = np.full(256, -1, np.int64)
_HEX[list(b"0123456789")] = range(10)
_HEX[list(b"abcdef")] = _HEX[list(b"ABCDEF")] = range(10, 16)
_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF
_TWO_BYTES, _THREE_BYTES = 0x80, 0x800


@dataclass(frozen=True, slots=True)
class Objects:
    """Texts that are flat objects of strings.

    `rows` are these texts; `keys` and `values` where each of their strings begins and ends in
    `codes`, without its quotes, and `of` which of the rows it is in.
    """

    codes: Array
    rows: Array
    of: Array
    keys: Array
    values: Array

    def find(self, key: str) -> Array:
        """Where the value of a key is in each row, as an index of `values`; -1 where it isn't.

        The last one counts where a key is there twice, as JSON parsers have it.
        """
        name = np.frombuffer(key.encode(), np.uint8)
        begins = self.keys[:, 0]
        found = np.flatnonzero(self.keys[:, 1] - begins == len(name))
        same = (self.codes[begins[found, None] + np.arange(len(name))] == name).all(axis=1)
        places = np.full(len(self.rows), -1, np.int64)
        places[self.of[found[same]]] = found[same]
        return places

    def read(self, places: Array) -> pa.LargeStringArray:
        """The values at some places as texts, escapes resolved; empty where there is none."""
        spans = np.zeros((len(places), 2), np.int64)
        known = places >= 0
        spans[known] = self.values[places[known]]
        return unescaped(from_spans(self.codes, spans[:, 0], spans[:, 1]))


def objects(texts: pa.LargeStringArray) -> Objects:
    """Find the texts that are JSON objects whose values are all strings.

    What is anything else, or would have to be refused, is left out: a parser has to look at it.
    """
    codes, edges = codes_of(texts)
    if not len(codes):
        none = np.empty((0, 2), np.int64)
        return Objects(codes, none[:, 0], none[:, 0], none, none)
    escapes, marks = _escapes(codes)
    quotes = positions(codes, _QUOTE)
    quotes = quotes[~marks[quotes]]
    begins, ends = edges[:-1], edges[1:]
    first, last = np.searchsorted(quotes, begins), np.searchsorted(quotes, ends)
    good = (last > first) & ((last - first) % 4 == 0)
    for bad in (np.flatnonzero(codes < _SPACE), escapes[~_meaningful(codes, escapes)]):
        good[np.searchsorted(ends, bad, side="right")] = False
    rows = np.flatnonzero(good)
    counts = (last - first)[rows]
    taken = quotes[_runs(first[rows], counts)].reshape(-1, 4)
    of = np.repeat(np.arange(len(rows)), counts // 4)
    fits = np.ones(len(rows), bool)
    fits[of[~_parted(codes, taken, of)]] = False
    if len(rows):
        head, tail = np.cumsum(counts // 4) - counts // 4, np.cumsum(counts // 4) - 1
        fits &= _is(codes, begins[rows], taken[head, 0], "{", after=True)
        fits &= _is(codes, taken[tail, 3] + 1, ends[rows], "}")
    fits[of[_holding(escapes, taken[:, 0], taken[:, 1])]] = False
    kept = fits[of]
    place = np.cumsum(fits) - 1
    keys = np.stack([taken[kept, 0] + 1, taken[kept, 1]], axis=1)
    values = np.stack([taken[kept, 2] + 1, taken[kept, 3]], axis=1)
    return Objects(codes, rows[fits], place[of[kept]], keys, values)


def _escapes(codes: Array) -> tuple[Array, Array]:
    """Where a backslash escapes, and which bytes are escaped: of several in a row, every second."""
    escapes = positions(codes, _BACKSLASH)
    heads = np.ones(len(escapes), bool)
    heads[1:] = np.diff(escapes) > 1
    if not heads.all():
        index = np.arange(len(escapes))
        first = np.maximum.accumulate(np.where(heads, index, 0))
        escapes = escapes[(index - first) % 2 == 0]
    marks = np.zeros(len(codes) + 1, bool)
    marks[escapes + 1] = True
    return escapes, marks


def _meaningful(codes: Array, escapes: Array) -> Array:
    """Which escapes mean a character that a text can hold by itself."""
    after = codes[np.minimum(escapes + 1, len(codes) - 1)]
    good: Array = _MEANT[after] > 0
    coded = np.flatnonzero(after == ord("u"))
    point, valid = _points(codes, escapes[coded])
    half = (point >= _FIRST_SURROGATE) & (point <= _LAST_SURROGATE)
    good[coded] = valid & ~half & (point > 0)
    return good


def _points(codes: Array, escapes: Array) -> tuple[Array, Array]:
    r"""The code points of `\uXXXX`, and which of them are written right."""
    places = np.minimum(escapes[:, None] + np.arange(2, 6), max(len(codes) - 1, 0))
    digits = _HEX[codes[places]]
    valid = np.asarray((digits >= 0).all(axis=1))
    return digits @ np.array([4096, 256, 16, 1]), valid


def _runs(first: Array, counts: Array) -> Array:
    """The indexes of runs that begin at `first`."""
    ends = np.cumsum(counts)
    shifts: Array = np.repeat(first - (ends - counts), counts)
    return np.arange(len(shifts)) + shifts


def _parted(codes: Array, taken: Array, of: Array) -> Array:
    """Which pairs have a colon in the middle, and a comma before the next one of their text."""
    good = _is(codes, taken[:, 1] + 1, taken[:, 2], ":", after=True)
    again = np.flatnonzero(of[1:] == of[:-1])
    good[again] &= _is(codes, taken[again, 3] + 1, taken[again + 1, 0], ",", after=True)
    return good


def _is(codes: Array, begins: Array, ends: Array, text: str, *, after: bool = False) -> Array:
    """Which spans are one character, or one with a space behind it."""
    sizes = ends - begins
    good = (sizes >= 1) & (codes[np.minimum(begins, len(codes) - 1)] == ord(text))
    spaced = codes[np.minimum(begins + 1, len(codes) - 1)] == _SPACE
    whole: Array = good & ((sizes == 1) | ((sizes == 2) & spaced & after))
    return whole


def _holding(places: Array, begins: Array, ends: Array) -> Array:
    """Which spans hold one of the places."""
    held: Array = np.searchsorted(places, ends) > np.searchsorted(places, begins)
    return held


def unescaped(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts of JSON strings with each escape replaced by what it means."""
    codes, edges = codes_of(texts)
    escapes, _ = _escapes(codes)
    if not len(escapes):
        return texts
    codes = codes.copy()
    gone = np.zeros(len(codes), bool)
    gone[escapes] = True
    after = codes[escapes + 1]
    plain = after != ord("u")
    codes[escapes[plain] + 1] = _MEANT[after[plain]]
    _decode(codes, gone, escapes[~plain])
    edges = edges - np.searchsorted(np.flatnonzero(gone), edges)
    return from_spans(codes[~gone], edges[:-1], edges[1:])


def _decode(codes: Array, gone: Array, escapes: Array) -> None:
    """Write code points as UTF-8 into the last of the six bytes that stood for each."""
    point, _ = _points(codes, escapes)
    gone[(escapes[:, None] + np.arange(6)).ravel()] = True
    small, large = point < _TWO_BYTES, point >= _THREE_BYTES
    lead = np.where(small, point, 0x80 | (point & 0x3F))
    _write(codes, gone, escapes + 5, lead)
    middle = np.where(large, 0x80 | (point >> 6 & 0x3F), 0xC0 | point >> 6)
    _write(codes, gone, escapes[~small] + 4, middle[~small])
    _write(codes, gone, escapes[large] + 3, (0xE0 | point >> 12)[large])


def _write(codes: Array, gone: Array, places: Array, values: Any) -> None:
    codes[places] = values
    gone[places] = False
