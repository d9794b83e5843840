"""The view of the evidence: lines of all layers in order of time, and where each one stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual import work
from textual.containers import Vertical
from textual.widgets import Static

from logsleuth.browser.cells import cell, ending, fitted
from logsleuth.browser.lines import Lines
from logsleuth.case.pages import ALL, BEGIN, at
from logsleuth.errors import LogsleuthError
from logsleuth.renderers.text import sanitise
from logsleuth.renderers.wording import day

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from logsleuth.browser.reader import Reader
    from logsleuth.case.pages import Line, Place, Wanted, Way
    from logsleuth.case.show import Shown

_SETTLES_S: Final = 0.05
_LONGEST: Final = 2000


class Evidence(Vertical):
    """Lines, and below them the original bytes of the one that the cursor is on."""

    def __init__(self, reader: Reader) -> None:
        """Show what a reader reads."""
        super().__init__(id="evidence")
        self._reader = reader
        self.lines = Lines(reader)
        self.pattern: str | None = None

    def compose(self) -> ComposeResult:
        """Lines above, their originals below."""
        yield self.lines
        yield Static(id="original", markup=False)

    @property
    def said(self) -> str:
        """Where the cursor is and what is filtered, for the line of status."""
        line, wanted = self.lines.line, self.lines.wanted
        parts = [day(line.ts) if line and line.ts else "", line.event_id if line else ""]
        filters = {"in": wanted.within, "out": wanted.without, "level": wanted.level}
        parts += [f"{name} {value}" for name, value in filters.items() if value]
        parts += [f"/{self.pattern}"] if self.pattern else []
        return "  ".join(part for part in parts if part)

    async def at_moment(self, ts: datetime) -> None:
        """Go to the first line of a moment."""
        await self.lines.go(at(ts))

    async def at_event(self, event_id: str) -> None:
        """Go to an event; a filter that hides it is dropped."""
        place = await self._reader.place_of(event_id)
        await self.lines.go(place)
        if self.lines.line is None or self.lines.line.event_id != event_id:
            await self.filter(ALL, place)

    async def filter(self, wanted: Wanted, place: Place | None = None) -> None:
        """Show wanted lines only, from where the cursor is."""
        line, before = self.lines.line, self.lines.wanted
        self.lines.wanted = wanted
        try:
            await self.lines.go(place or (line.place if line else BEGIN))
        except LogsleuthError:
            self.lines.wanted = before
            raise

    async def search(self, pattern: str | None, way: Way) -> bool:
        """Go to the next line with a pattern, or with the one before; whether there is one."""
        self.pattern = pattern or self.pattern
        if self.pattern is None or self.lines.line is None:
            return False
        try:
            found = await self._reader.search(
                self.lines.line.place, self.pattern, self.lines.wanted, way
            )
        except LogsleuthError:
            self.pattern = None
            raise
        return await self._at(found)

    async def grave(self, level: str, way: Way) -> bool:
        """Go to the next line of that level or graver; whether there is one."""
        if self.lines.line is None:
            return False
        found = await self._reader.next_error(self.lines.line.place, self.lines.wanted, way, level)
        return await self._at(found)

    async def _at(self, found: Line | None) -> bool:
        if found is not None:
            await self.lines.go(found.place)
        return found is not None

    def narrowed(self, **changes: str | None) -> Wanted:
        """Return the filter with some of it changed."""
        return replace(self.lines.wanted, **changes)

    def on_lines_moved(self) -> None:
        """Read the original of the line that the cursor is on."""
        self._original()

    @work(exclusive=True, group="original")
    async def _original(self) -> None:
        line, pane = self.lines.line, self.query_one("#original", Static)
        if line is None:
            pane.update(Text(""))
            return
        # Who runs down the lines has no need of the originals that are passed by.
        await asyncio.sleep(_SETTLES_S)
        try:
            shown = await self._reader.original(line.event_id)
            pane.update(_around(shown, max(self.size.width, 1)))
        except LogsleuthError as error:
            pane.update(cell(f"{error}").append_text(Text(f"\n{sanitise(line.text)}")))


def _around(shown: Shown, width: int) -> Text:
    """The record in full, and of the lines around it as much as fits a row."""
    where = f":{shown.line}  byte {shown.byte_offset}"
    text = Text(f"{ending(shown.path, width - len(where))}{where}\n", style="dim")
    for line in shown.before:
        text.append(f"  {fitted(_decoded(line), width - 2)}\n", "dim")
    for line in shown.bytes.split(b"\n"):
        text.append(f"> {sanitise(_decoded(line))}\n", "bold")
    for line in shown.after:
        text.append(f"  {fitted(_decoded(line), width - 2)}\n", "dim")
    return text


def _decoded(line: bytes) -> str:
    return line[:_LONGEST].decode("utf-8", "replace")
