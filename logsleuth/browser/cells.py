"""Texts of logs as cells and lines of the program: safe to look at, never taken for markup."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from logsleuth.renderers.text import encodable, sanitise

LEVELS: Final = {
    "fatal": ("F", "bold red"), "error": ("E", "red"), "warning": ("W", "yellow"),
    "info": ("I", ""), "debug": ("D", "dim"), "trace": ("T", "dim"),
}  # fmt: skip
ROLES: Final = {
    "balancer": "bal", "application": "app", "database": "db", "change": "chg", "system": "sys",
}  # fmt: skip
_LONGEST: Final = 400
_BARS: Final = " ▏▎▍▌▋▊▉█"


def cell(text: str, style: str = "") -> Text:
    """Return a text as one line of which nothing acts; Textual parses `str`, and never this."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return Text(sanitise(encodable(shown)), style=style, no_wrap=True, overflow="ellipsis")


def fitted(text: str, width: int, left: int = 0) -> str:
    """Return a safe text from its column `left` on, cut or filled to a width in cells."""
    safe = sanitise(encodable(text.replace("\n", "⏎").replace("\t", " ")))
    rest = safe[left:] if left else safe
    return rest + " " * (width - cell_len(rest)) if cell_len(rest) <= width else _cut(rest, width)


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, max(width - 1, 0)) + "…" if width else ""


def ending(text: str, width: int) -> str:
    """Return the end of a text where it is too long: of a path, the file."""
    safe = sanitise(encodable(text))
    return safe if len(safe) <= width else f"…{safe[1 - width :]}"


def bar(value: float, most: float, width: int) -> str:
    """Return a bar of at most `width` cells; what is above 0 is never nothing."""
    if most <= 0 or value <= 0:
        return ""
    eighths = max(round(value / most * width * 8), 1)
    return "█" * (eighths // 8) + (_BARS[eighths % 8] if eighths % 8 else "")
