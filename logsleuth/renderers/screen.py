"""What showings for a terminal share: blocks as text of a width."""

from __future__ import annotations

import sys
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from logsleuth.renderers.text import sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text


def write(
    render: Callable[[int], str], stream: TextIO | None = None, width: int | None = None
) -> None:
    """Write what `render` gives for a width, as the stream can take it."""
    from shutil import get_terminal_size

    out = sys.stdout if stream is None else stream
    text = render(width or get_terminal_size().columns)
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))


def printed(blocks: Iterable[RenderableType], width: int, *, color: bool) -> str:
    """Return blocks as text of at most `width` columns."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for block in blocks:
        console.print(block)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def words(text: str, style: str = "") -> Text:
    """Return text of the logs, safe to look at and never taken for markup."""
    from rich.text import Text

    return Text(sanitise(text), style=style)


def grid(*columns: int | None) -> Table:
    """Return a table without lines; columns have a width of their own or take what is left."""
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    for width in columns:
        table.add_column(min_width=width, no_wrap=width is not None, overflow="fold")
    return table
