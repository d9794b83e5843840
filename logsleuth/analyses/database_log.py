"""What the logs of databases hold over time: statements by kind, and what else they say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from logsleuth.analyses import database
from logsleuth.analyses.statements import sql
from logsleuth.model import DatabaseLog, DatabaseWords, StatementKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.case.store import Case
    from logsleuth.model import Breakdown

_BINS: Final = 80
# A database's log may be of months: so many bins before and after those of the requests are enough.
_BEYOND: Final = 400
_STATEMENTS: Final = 10
_WORDS: Final = 12
_LONGEST_STATEMENT: Final = 600
_LONGEST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class _Axis:
    since: float
    bin_s: float
    bins: int

    def bounds(self, **more: object) -> dict[str, object]:
        return {"since": self.since, "width": self.bin_s, "bins": self.bins, **more}

    def row(self, found: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Spread numbers over the bins that they are of."""
        values = [0] * self.bins
        for place, number in found:
            values[place] += number
        return tuple(values)


def read(case: Case, breakdown: Breakdown | None, onset: float | None = None) -> DatabaseLog | None:
    """Count what databases logged, in the bins of the breakdown or, without one, of their own.

    None where there is no such log.
    """
    since, until = case.row(sql("database_span"))
    if since is None:
        return None
    axis = _own_axis(since, until) if breakdown is None else _longer(breakdown, since, until)
    return DatabaseLog(
        since=datetime.fromtimestamp(axis.since, UTC),
        bin_s=axis.bin_s,
        bins=axis.bins,
        statements=tuple(_statements(case, axis)),
        words=tuple(_words(case, axis, -math.inf if onset is None else onset)),
    )


def _own_axis(since: float, until: float) -> _Axis:
    width = max(math.ceil((until - since) / _BINS), 1)
    begin = math.floor(since / width) * width
    return _Axis(begin, width, int((until - begin) // width) + 1)


def _longer(breakdown: Breakdown, since: float, until: float) -> _Axis:
    """Take the breakdown's bins, and more of them as far as the database's logs reach beyond."""
    begin, width, bins = breakdown.since.timestamp(), breakdown.bin_s, breakdown.bins
    before = min(max(math.ceil((begin - since) / width), 0), _BEYOND)
    after = min(max(int((until - begin) // width) + 1 - bins, 0), _BEYOND)
    return _Axis(begin - before * width, width, before + bins + after)


def _statements(case: Case, axis: _Axis) -> Iterator[StatementKind]:
    database.outline(case)
    rows = case.rows(sql("database_statements"), axis.bounds(most=_STATEMENTS))
    for (_, fingerprint), group in groupby(rows, key=lambda row: row[:2]):
        cells: list[Any] = list(group)
        longest = max(cells, key=lambda cell: float(cell[5]))
        yield StatementKind(
            fingerprint=_cut(fingerprint, _LONGEST_STATEMENT),
            calls=axis.row([(cell[2], cell[3]) for cell in cells]),
            took_ms=axis.row([(cell[2], round(1000 * cell[4])) for cell in cells]),
            longest_s=float(longest[5]),
            longest=longest[6],
            who=tuple(sorted({name for cell in cells for name in cell[7] or ()})),
        )


def _words(case: Case, axis: _Axis, onset: float) -> Iterator[DatabaseWords]:
    rows = case.rows(sql("database_said"), axis.bounds(most=_WORDS, onset=onset))
    for (_, text, level), group in groupby(rows, key=lambda row: row[:3]):
        cells: list[Any] = list(group)
        first = next((cell[5] for cell in cells if cell[5] is not None), cells[0][6])
        lines = axis.row([(cell[3], cell[4]) for cell in cells])
        yield DatabaseWords(_cut(text, _LONGEST_WORDS), level, lines, first)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
