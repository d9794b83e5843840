"""The lines of the evidence in order of time: a window onto them that is filled as it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.message import Message
from textual.widget import Widget

from logsleuth.browser.cells import LEVELS, ROLES, fitted
from logsleuth.case.pages import ALL, BEGIN, END, just_before
from logsleuth.renderers.wording import clock

if TYPE_CHECKING:
    from logsleuth.browser.reader import Reader
    from logsleuth.case.pages import Line, Place, Wanted, Way

CHUNK: Final = 200
_MOST: Final = 4 * CHUNK
_CLOCK: Final = 12


class Lines(Widget, can_focus=True):
    """A cursor in the lines of a case, of which a few hundred are held at a time."""

    class Moved(Message):
        """The cursor is on another line."""

    def __init__(self, reader: Reader) -> None:
        """Show what a reader reads."""
        super().__init__(id="lines")
        self._reader = reader
        self.wanted: Wanted = ALL
        self.held: list[Line] = []
        self._cursor = self._top = self._left = 0
        self._ends = {"forward": False, "backward": False}

    @property
    def line(self) -> Line | None:
        """The line that the cursor is on."""
        return self.held[self._cursor] if self.held else None

    async def go(self, place: Place) -> None:
        """Put the cursor on the first line from a place on, or on the last one before it."""
        start = just_before(place)
        after = await self._reader.page(start, CHUNK, self.wanted)
        before = await self._reader.page(
            after[0].place if after else END, CHUNK, self.wanted, "backward"
        )
        self.held = [*before, *after]
        self._ends = {"forward": len(after) < CHUNK, "backward": len(before) < CHUNK}
        self._cursor = len(before) if after else max(len(before) - 1, 0)
        self._top = self._cursor - self._height // 3
        self._moved()

    async def first(self) -> None:
        """Put the cursor on the first line of all."""
        await self.go(BEGIN)

    async def last(self) -> None:
        """Put the cursor on the last line of all."""
        await self.go(END)

    async def move(self, by: int) -> None:
        """Move the cursor, reading on where what is held ends."""
        way: Way = "forward" if by > 0 else "backward"
        if not 0 <= self._cursor + by < len(self.held) and not self._ends[way] and self.held:
            await self._extend(way)
        self._cursor = min(max(self._cursor + by, 0), max(len(self.held) - 1, 0))
        self._moved()

    async def screenful(self, share: float) -> None:
        """Move by a part of what fits on the screen."""
        await self.move(round(self._height * share))

    def scroll_text(self, by: int) -> None:
        """Show the lines from further right or left on."""
        self._left = max(self._left + by, 0)
        self.refresh()

    async def _extend(self, way: Way) -> None:
        edge = self.held[-1 if way == "forward" else 0].place
        more = await self._reader.page(edge, CHUNK, self.wanted, way)
        self._ends[way] = len(more) < CHUNK
        if way == "forward":
            gone = max(len(self.held) + len(more) - _MOST, 0)
            self.held = [*self.held, *more][gone:]
            shift = -gone
        else:
            gone = max(len(self.held) + len(more) - _MOST, 0)
            self.held = [*more, *self.held][: _MOST if gone else None]
            shift = len(more)
        if gone:
            self._ends["backward" if way == "forward" else "forward"] = False
        self._cursor += shift
        self._top += shift

    @property
    def _height(self) -> int:
        return max(self.size.height, 1)

    def _moved(self) -> None:
        self._show()
        self.post_message(self.Moved())

    def _show(self) -> None:
        self._top = min(max(self._top, self._cursor - self._height + 1), self._cursor)
        self._top = max(min(self._top, len(self.held) - self._height), 0)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._show()

    async def on_mouse_scroll_down(self) -> None:
        """Move down a few lines."""
        await self.move(3)

    async def on_mouse_scroll_up(self) -> None:
        """Move up a few lines."""
        await self.move(-3)

    def render(self) -> Text:
        """Draw the lines that fit."""
        shown = self.held[self._top : self._top + self._height]
        if not shown:
            return Text("no line is wanted by the filter" if self.wanted != ALL else "no lines")
        rows = [self._row(line, self._top + n == self._cursor) for n, line in enumerate(shown)]
        return Text("\n", no_wrap=True, overflow="crop").join(rows)

    def _row(self, line: Line, chosen: bool) -> Text:
        mark, style = LEVELS.get(line.level or "", (" ", ""))
        when = clock(line.ts) if line.ts else "no time"
        pointer = ">" if chosen else " "
        head = f"{pointer}{when:<{_CLOCK}} {ROLES.get(line.role, line.role[:3]):<3} {mark} "
        row = Text(head + fitted(line.text, max(self.size.width - len(head), 0), self._left))
        row.stylize(style)
        if chosen:
            row.stylize("reverse")
        return row
