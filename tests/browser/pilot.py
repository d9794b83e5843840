"""Runs the program without a terminal, presses keys and reads what is on its screen."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from logsleuth.browser.app import Browser
from logsleuth.case.store import open_case
from logsleuth.investigation import investigate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from logsleuth.model import Investigation

SIZE = (80, 24)
_NAMES = {
    char: unicodedata.name(char).lower().replace(" ", "_").replace("-", "_")
    for char in " /:;?'*-.[](),_=<>^$%\\\""
} | {"/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}


class Visit:
    """Somebody at the program."""

    def __init__(self, app: Browser, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        """Wait until nothing is being asked, read or drawn."""
        for _ in range(3):
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a line after its prompt, as in `/timeout`, and press enter."""
        await self.pilot.press(*(_NAMES.get(char, char) for char in text))
        await self.press("enter")

    @property
    def rows(self) -> list[str]:
        """What is on the screen, row by row."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def status(self) -> str:
        return self.rows[-1].strip()

    @property
    def event(self) -> str:
        """The event that the cursor is on."""
        line = self.app.evidence.lines.line
        assert line is not None
        return line.event_id


@cache
def _found(case: Path, _changed: int) -> Investigation:
    with open_case(case) as opened:
        return investigate(opened)


def visit(
    case: Path, doing: Callable[[Visit], Awaitable[None]], size: tuple[int, int] = SIZE
) -> None:
    """Browse a case."""

    async def browse() -> None:
        found = _found(case, case.stat().st_mtime_ns)
        with open_case(case) as opened:
            app = Browser(opened, found, case.name)
            async with app.run_test(size=size) as pilot:
                visitor = Visit(app, pilot)
                await visitor.settle()
                await doing(visitor)

    asyncio.run(browse())
