"""The case as the program asks it: one question at a time, never on the thread of the screen."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from logsleuth import moments
from logsleuth.case import binding, pages, show
from logsleuth.case.reach import reach
from logsleuth.case.store import statements
from logsleuth.errors import CaseError, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from logsleuth.case.binding import Query
    from logsleuth.case.pages import Line, Place, Wanted, Way
    from logsleuth.case.show import Shown
    from logsleuth.case.store import Case

_T = TypeVar("_T")
MOST_ROWS: Final = 500
CONTEXT: Final = 2
_PATIENCE_S: Final = 0.05
_EVENT: Final = re.compile(r"[0-9a-f]{12}(?:-[0-9]{1,9})?:[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a statement; `more` where there are rows beyond those."""

    statement: str
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


class Reader:
    """Asks a case that is open for reading; DuckDB's connection takes one question at a time."""

    def __init__(self, case: Case) -> None:
        """Read from a case that stays open for as long as this is used."""
        self._case = case
        self._lock = Lock()
        self._closed = False

    async def page(
        self, place: Place, most: int, wanted: Wanted, way: Way = "forward"
    ) -> tuple[Line, ...]:
        """Read so many lines next to a place."""
        return await self._ask(lambda case: pages.page(case, place, most, wanted, way))

    async def next_error(self, place: Place, wanted: Wanted, way: Way, level: str) -> Line | None:
        """Find the next line of that level or graver."""
        return await self._ask(lambda case: pages.next_error(case, place, wanted, way, level))

    async def search(self, place: Place, pattern: str, wanted: Wanted, way: Way) -> Line | None:
        """Find the next line with a pattern."""
        return await self._ask(lambda case: pages.search(case, place, pattern, wanted, way))

    async def place_of(self, event_id: str) -> Place:
        """Return where an event stands in the order of time."""
        return await self._ask(lambda case: pages.place_of(case, event_id))

    async def moment(self, said: str) -> datetime:
        """Read a time as people write it; of a time of day, that of the evidence's only day."""
        return await self._ask(lambda case: moments.read(said, reach(case)))

    async def original(self, event_id: str) -> Shown:
        """Read the original bytes of an event with the lines around it."""
        return await self._ask(lambda case: show.show(case, event_id, context=CONTEXT))

    async def sql(self, text: str) -> Rows:
        """Run one statement of a person's own and read its first rows.

        Raises:
            QueryError: there are none or several, or DuckDB refuses it.
        """
        return await self._ask(lambda case: _rows(case, text, {}))

    async def canned(self, query: Query, given: Mapping[str, str]) -> Rows:
        """Run a canned query and read its first rows."""
        return await self._ask(lambda case: _rows(case, query.sql, binding.bind(query, given)))

    def interrupt(self) -> None:
        """Stop the question that is being answered."""
        self._case.interrupt()

    def close(self) -> None:
        """Stop what is being answered and take no more: the case may be closed after this."""
        self._closed = True
        while not self._lock.acquire(timeout=_PATIENCE_S):
            self._case.interrupt()
        self._lock.release()

    async def _ask(self, question: Callable[[Case], _T]) -> _T:
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[Case], _T]) -> _T:
        with self._lock:
            if self._closed:
                message = "the program is being left"
                raise CaseError(message)
            return question(self._case)


def event_in(row: tuple[Any, ...]) -> str | None:
    """Return the first EVENT-ID that a row has."""
    return next((v for v in row if isinstance(v, str) and _EVENT.fullmatch(v)), None)


def _rows(case: Case, text: str, values: Mapping[str, object]) -> Rows:
    found = statements(text)
    if len(found) != 1:
        message = f"one statement is wanted, there are {len(found)}"
        raise QueryError(message, hint="for example: select * from requests limit 10")
    names, rows = case.first(MOST_ROWS + 1, found[0].sql, values)
    kept = tuple(tuple(row) for row in rows[:MOST_ROWS])
    return Rows(found[0].sql.strip(), tuple(names), kept, len(rows) > MOST_ROWS)
