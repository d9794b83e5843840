"""The program: five views of one case, a line of status, and a prompt."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.app import App
from textual.widgets import ContentSwitcher, Static

from logsleuth.browser.cells import cell, ending
from logsleuth.browser.evidence import Evidence
from logsleuth.browser.keys import Help, bindings
from logsleuth.browser.prompt import Prompt, parse
from logsleuth.browser.reader import Reader, event_in
from logsleuth.browser.sql import Sql
from logsleuth.browser.tables import Histogram, Rows, Shares, Table, Timeline
from logsleuth.case import library, pages
from logsleuth.errors import LogsleuthError, UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.widgets import DataTable

    from logsleuth.browser.prompt import Command, Kind
    from logsleuth.case.binding import Query
    from logsleuth.case.pages import Way
    from logsleuth.case.store import Case
    from logsleuth.model import Investigation

VIEWS: Final = ("timeline", "histogram", "shares", "evidence", "sql")
_HINT: Final = "? help  / search  : command  ; SQL  q back"


class Browser(App[None]):
    """Browse a case."""

    TITLE = "logsleuth"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings()
    CSS = """
    Screen { overflow: hidden; color: $foreground; }
    #head, #status { height: 1; }
    #views, #views > * { height: 1fr; }
    #head { text-style: bold; }
    #prompt { dock: bottom; }
    .words { height: auto; max-height: 4; }
    Lines { height: 1fr; }
    #original { height: 8; border-top: solid $foreground 50%; }
    DataTable { height: 1fr; }
    Help { align: center middle; }
    #help { width: 76; height: 90%; border: round $foreground; background: $surface; padding: 0 1; }
    """

    def __init__(
        self, case: Case, found: Investigation, name: str, queries: Path | None = None
    ) -> None:
        """Browse a case that is open, and what was found in it."""
        super().__init__()
        self._named = name
        self._reader = Reader(case)
        self._turn = asyncio.Lock()
        self._past: list[str] = []
        self.tables: dict[str, Table] = {
            table.NAME: table for table in (Timeline(found), Histogram(found), Shares(found))
        }
        self.evidence = Evidence(self._reader)
        self.sql = Sql(self._reader, library.load(queries))
        self.prompt = Prompt()
        # Held, for what is asked of the program is asked of the page of keys while that is shown.
        self._head = Static(id="head", markup=False)
        self._views = ContentSwitcher(initial=VIEWS[0], id="views")
        self._status = Static(id="status", markup=False)

    def compose(self) -> ComposeResult:
        """The views, of which one is shown, between two lines."""
        yield self._head
        with self._views:
            yield from self.tables.values()
            yield self.evidence
            yield self.sql
        yield self._status
        yield self.prompt

    def on_mount(self) -> None:
        """Begin with the timeline, and read the first lines meanwhile."""
        self._show(VIEWS[0])
        self._do(self.evidence.lines.first)

    @property
    def view(self) -> str:
        """The view that is shown."""
        return self._views.current or VIEWS[0]

    def _show(self, name: str) -> None:
        self._views.current = name
        self._focus()
        self._title()
        self.say()

    def _title(self) -> None:
        name = self.view
        head = Text(f"{self.TITLE} ", no_wrap=True)
        for place, view in enumerate(VIEWS, start=1):
            head.append(f"[{place} {view}]" if view == name else f" {place} {view} ")
        room = self.size.width - len(head) - 1
        if room > 1:
            head.append(" ").append_text(cell(ending(self._named, room), "dim"))
        self._head.update(head)

    def _focus(self) -> None:
        (self._rows or self.evidence.lines).focus()

    @property
    def _rows(self) -> Rows | None:
        if self.view in self.tables:
            return self.tables[self.view].rows
        return self.sql.rows if self.view == "sql" else None

    def say(self, words: str = "", style: str = "") -> None:
        """Say something in the line of status, or else where the cursor is."""
        rows = self._rows
        told = words or (self.evidence.said if rows is None else rows.target.said)
        self._status.update(cell(told or _HINT, style or "reverse"))

    def _do(self, what: Callable[[], Awaitable[Any]], busy: str = "") -> None:
        """Do something that asks the case: in turn, with the screen alive meanwhile."""

        async def doing() -> None:
            async with self._turn:
                if busy:
                    self.say(busy)
                try:
                    await what()
                except LogsleuthError as error:
                    self._fail(error)

        self.run_worker(doing())

    def _fail(self, error: LogsleuthError) -> None:
        # What to type next on a command line is of no use here.
        hint = f"  ({error.hint})" if error.hint and "logsleuth " not in error.hint else ""
        self.say(" ".join(f"{error}{hint}".split()), "bold red")

    # Views.

    def action_view(self, name: str) -> None:
        """Show a view, and remember the one before."""
        if name != self.view:
            self._past = [*self._past, self.view][-20:]
            self._show(name)

    def action_turn(self, by: int) -> None:
        """Show the next view."""
        if self.prompt.display:
            return
        self.action_view(VIEWS[(VIEWS.index(self.view) + by) % len(VIEWS)])

    def action_leave(self) -> None:
        """Show the view before, or leave."""
        if self._past:
            self._show(self._past.pop())
        else:
            self.exit()

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help())

    # Moving.

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        rows = self._rows
        if rows is None:
            self._do(lambda: self.evidence.lines.move(by))
        else:
            rows.move_cursor(row=rows.cursor_row + by)

    def action_screenful(self, share: float) -> None:
        """Move the cursor by a part of the screen."""
        rows = self._rows
        if rows is None:
            self._do(lambda: self.evidence.lines.screenful(share))
        else:
            rows.move_cursor(row=rows.cursor_row + round(rows.size.height * share))

    def action_edge(self, which: str) -> None:
        """Move the cursor to the first or last row."""
        rows, lines = self._rows, self.evidence.lines
        if rows is None:
            self._do(lines.first if which == "first" else lines.last)
        else:
            rows.move_cursor(row=0 if which == "first" else rows.row_count - 1)

    def action_sideways(self, by: int) -> None:
        """Show what is further right or left."""
        rows = self._rows
        if rows is None:
            self.evidence.lines.scroll_text(by)
        else:
            rows.scroll_relative(x=by, animate=False)

    def action_follow(self) -> None:
        """Go to the lines that the row leads to."""
        rows = self._rows
        chosen = self.sql.chosen if self.view == "sql" else None
        if chosen is not None:
            self._run_query(chosen)
        elif rows is not None:
            self._follow(rows)

    def on_data_table_row_selected(self, _: DataTable.RowSelected) -> None:
        """Follow a row that was chosen, by key or by mouse."""
        self.action_follow()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Say in full what a row says that a column may cut."""
        rows = self._rows
        if rows is event.data_table and rows.target.said:
            self.say()

    def on_resize(self) -> None:
        """Give the name of the case the room that there is."""
        self.call_after_refresh(self._title)

    def _follow(self, rows: Rows) -> None:
        target = rows.target

        async def follow() -> None:
            if target.event is not None:
                await self.evidence.at_event(target.event)
            elif target.ts is not None:
                await self.evidence.at_moment(target.ts)
            elif target.text is not None:
                wanted = self.evidence.narrowed(within=re.escape(target.text))
                await self.evidence.filter(wanted, pages.BEGIN)
            else:
                self.say("this row names no event")
                return
            self.action_view("evidence")

        self._do(follow)

    def on_lines_moved(self) -> None:
        """Say where the cursor is."""
        if self.view == "evidence":
            self.say()

    # Asking.

    def action_grave(self, level: str, way: Way) -> None:
        """Go to the next line that is as grave."""

        async def grave() -> None:
            if not await self.evidence.grave(level, way):
                self.say(f"no {level} {'after' if way == 'forward' else 'before'} this line")

        self.action_view("evidence")
        self._do(grave)

    def action_again(self, way: Way) -> None:
        """Go to the next hit of the last search."""
        self._search(None, way)

    def _search(self, pattern: str | None, way: Way) -> None:
        async def search() -> None:
            if not await self.evidence.search(pattern, way):
                self.say("nothing more is found" if self.evidence.pattern else "search first: /")

        self.action_view("evidence")
        self._do(search, "searching … esc stops it")

    def action_originals(self) -> None:
        """Show or hide the original lines."""
        pane = self.evidence.query_one("#original")
        pane.display = not pane.display

    def action_queries(self) -> None:
        """Show the canned queries."""
        self.action_view("sql")
        self._do(self.sql.list_queries)

    def action_stop(self) -> None:
        """Stop a question that takes long."""
        self._reader.interrupt()

    def action_ask(self, kind: Kind) -> None:
        """Let somebody type."""
        self.prompt.ask(kind)
        self.say({"/": "search", ":": "command", ";": "SQL"}[kind])

    def on_prompt_left(self) -> None:
        """Nothing was typed."""
        self._focus()
        self.say()

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Do what was typed."""
        self._focus()
        if event.kind == "/":
            self._search(event.text, "forward")
        elif event.kind == ";":
            self._answer(lambda: self.sql.statement(event.text))
        else:
            try:
                self._command(parse(event.text))
            except UsageError as error:
                self._fail(error)

    def _answer(self, question: Callable[[], Awaitable[int]]) -> None:
        async def answer() -> None:
            count = await question()
            self.say(f"{count:,} row{'' if count == 1 else 's'}")

        self.action_view("sql")
        self._do(answer, "asking … esc stops it")

    def _run_query(self, query: Query) -> None:
        missing = [p.name for p in query.parameters if p.default is None]
        if missing:
            self.prompt.ask(":", f"query {query.name} {' '.join(f'{n}=' for n in missing)}")
        else:
            self._answer(lambda: self.sql.canned(query.name, {}))

    def _command(self, command: Command) -> None:
        name, rest, evidence = command.name, command.rest, self.evidence
        if name == "quit":
            self.exit()
        elif name == "query":
            given = dict(word.partition("=")[::2] for word in command.words[1:])
            self._answer(lambda: self.sql.canned(command.words[0], given))
        elif name == "goto":
            self._goto(rest)
        else:
            _check_level(name, rest)
            changes = {
                "filter-in": {"within": rest}, "filter-out": {"without": rest},
                "level": {"level": rest}, "reset": {},
            }[name]  # fmt: skip
            wanted = evidence.narrowed(**changes) if changes else pages.ALL
            self.action_view("evidence")
            self._do(lambda: evidence.filter(wanted))

    def _goto(self, where: str) -> None:
        async def goto() -> None:
            if event_in((where,)):
                await self.evidence.at_event(where)
            else:
                await self.evidence.at_moment(await self._reader.moment(where))

        self.action_view("evidence")
        self._do(goto)

    async def on_unmount(self) -> None:
        """Don't wait for a question whose answer nobody will see."""
        await asyncio.to_thread(self._reader.close)


def _check_level(name: str, rest: str) -> None:
    if name == "level" and rest not in pages.LEVELS:
        message = f"there is no level {rest!r}"
        raise UsageError(message, hint=f"one of {', '.join(pages.LEVELS)}")
