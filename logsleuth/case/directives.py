"""Lines that say how those after them are read: which columns they have, and on which day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]

# As in `12-Jan-1996`, which the draft's own example has.
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
# A file with more lists of columns is made to keep us busy; further ones count as none.
_MOST: Final = {"names": 64, "date": 100_000}


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of some records: `which` of the `names`, and the day (empty: none yet)."""

    names: Sequence[str]
    which: Array
    dates: pa.StringArray

    def take(self, rows: Array) -> Told:
        """The same for a choice of the records."""
        return Told(self.names, self.which[rows], self.dates.take(pa.array(rows)))


class Directives:
    """Reads the directives of a file in their order; the last of each kind holds.

    The groups `names` and `date` of the pattern, where it has them, hold what is told.
    """

    def __init__(self, pattern: str) -> None:
        """Begin with nothing told."""
        self._pattern = re.compile(pattern, re.DOTALL)
        self._known: dict[str, dict[str, int]] = {"names": {"": 0}, "date": {"": 0}}
        self._now = {"names": 0, "date": 0}

    def read(self, lines: pa.LargeStringArray, places: Array, rows: Array) -> Told:
        """Tell of records, at the lines `rows`, what the directives at `places` say of them."""
        distinct = lines.dictionary_encode()
        codes = distinct.indices.to_numpy(zero_copy_only=False)
        matches = [self._pattern.match(text) for text in distinct.dictionary.to_pylist()]
        above = np.searchsorted(places, rows)
        which = self._follow("names", matches, codes, above)
        dated = self._follow("date", matches, codes, above)
        dates = pa.array(self._known["date"], pa.string()).take(pa.array(dated))
        return Told(tuple(self._known["names"]), which, dates)

    def _follow(
        self,
        group: str,
        matches: Sequence[re.Match[str] | None],
        codes: Array,
        above: Array,
    ) -> Array:
        """What holds for each record, as an index into what is known; `above` counts directives."""
        if group not in self._pattern.groupindex:
            return np.zeros(len(above), np.int64)
        meant = np.array([self._index(group, m[group] if m else None) for m in matches], np.int64)
        said = np.append(self._now[group], meant[codes] if len(codes) else [])
        last = np.maximum.accumulate(np.where(said >= 0, np.arange(len(said)), 0))
        held: Array = said[last].astype(np.int64)
        self._now[group] = int(held[-1])
        return held[above]

    def _index(self, group: str, text: str | None) -> int:
        """The number of what is told: -1 where a directive says nothing of the kind."""
        if text is None:
            return -1
        known = self._known[group]
        text = _day(text) if group == "date" else text
        if len(known) >= _MOST[group]:
            return known.get(text, 0)
        return known.setdefault(text, len(known))


def _day(text: str) -> str:
    """A day as ISO 8601 has it."""
    day, month, year = text.split("-")
    if not month.isalpha():
        return text
    return f"{year}-{_MONTHS.find(month.lower()) // 3 + 1:02d}-{day:0>2}"
