"""Hostile text in Markdown: what would act as markup is escaped, what hides is shown."""

from __future__ import annotations

import re
from typing import Final

from logsleuth.renderers.text import encodable, sanitise

_ACTIVE: Final = re.compile(r"([\\`*_\[\]|~$])")
_TICKS: Final = re.compile(r"`+")
# At the start of a line these make lists, headings and quotes; a colon after http makes a link.
_LEADING: Final = re.compile(r"^(\d*)([#+=.)-])")
_LINKING: Final = re.compile(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])")


def plain(text: str) -> str:
    """Return text for a line of Markdown that shows as it is, without links."""
    safe = sanitise(encodable(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _ACTIVE.sub(r"\\\1", safe)
    safe = _LINKING.sub(lambda found: f"{found[0]}&#8203;", safe)
    return _LEADING.sub(r"\1\\\2", safe)


def code(text: str) -> str:
    """Return text as code within a line, also within a table."""
    safe = sanitise(encodable(text))
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(safe)), default=0))
    room = " " if len(fence) > 1 else ""
    # A table's cells are parted before code is looked at.
    return f"{fence}{room}{safe}{room}{fence}".replace("|", "\\|")


def fenced(text: str) -> str:
    """Return lines as a block of code that nothing in them can end."""
    safe = sanitise(encodable(text), multiline=True)
    fence = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(safe)), default=0))
    return f"{fence}text\n{safe}\n{fence}"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"
