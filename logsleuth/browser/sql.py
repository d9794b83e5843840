"""The view of questions: canned ones to choose from, and the answer to the last one asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import Vertical
from textual.widgets import Static

from logsleuth.browser.cells import cell
from logsleuth.browser.reader import MOST_ROWS, event_in
from logsleuth.browser.tables import Rows, Target
from logsleuth.case import library
from logsleuth.renderers.table import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from rich.text import Text
    from textual.app import ComposeResult

    from logsleuth.browser.reader import Reader
    from logsleuth.browser.reader import Rows as Answer
    from logsleuth.case.binding import Query

_COLUMNS: Final = 60
_STATEMENT: Final = 300


class Sql(Vertical):
    """A table of canned queries, or of the rows that a question was answered with."""

    def __init__(self, reader: Reader, queries: Mapping[str, Query]) -> None:
        """Ask what a reader reads."""
        super().__init__(id="sql")
        self._reader = reader
        self._queries = queries
        self.rows = Rows("sql", ())
        self.listing = True

    def compose(self) -> ComposeResult:
        """The question above, the answer below."""
        yield Static(id="question", markup=False, classes="words")
        yield self.rows

    async def on_mount(self) -> None:
        """Begin with the queries that there are."""
        await self.list_queries()

    async def list_queries(self) -> None:
        """Show the canned queries; a row leads to its answer."""
        self.listing = True
        await self._replace(("query", "answers"), "; types SQL, enter runs a query")
        for name, query in self._queries.items():
            self.rows.put((name, query.answers), Target(text=name, said=query.answers))

    @property
    def chosen(self) -> Query | None:
        """The canned query that the cursor is on."""
        return self._queries.get(self.rows.target.text or "") if self.listing else None

    async def statement(self, text: str) -> int:
        """Run one statement, show its rows, and return how many."""
        return await self._show(await self._reader.sql(text), text)

    async def canned(self, name: str, given: Mapping[str, str]) -> int:
        """Run a canned query, show its rows, and return how many."""
        query = library.find(self._queries, name)
        told = " ".join([name, *(f"{key}={value}" for key, value in given.items())])
        return await self._show(await self._reader.canned(query, given), told)

    async def _show(self, answer: Answer, question: str) -> int:
        self.listing = False
        more = f"; the first {MOST_ROWS:,} rows" if answer.more else ""
        await self._replace(answer.names[:_COLUMNS], f"{question[:_STATEMENT]}{more}")
        for row in answer.rows:
            cells = [_seen(value) for value in row[:_COLUMNS]]
            self.rows.put(cells, Target(event=event_in(row)))
        self.rows.focus()
        return len(answer.rows)

    async def _replace(self, names: tuple[str, ...], words: str) -> None:
        # Columns of another question: a new table is simpler than an old one emptied.
        await self.rows.remove()
        self.rows = Rows("sql", names)
        await self.mount(self.rows)
        self.query_one("#question", Static).update(_one_line(words))


def _one_line(words: str) -> Text:
    return cell(" ".join(words.split()), "bold")


def _seen(value: Any) -> str:
    known = plain(value)
    return "" if known is None else f"{known:.6g}" if isinstance(known, float) else str(known)
