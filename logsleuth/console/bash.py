"""Puts together the words that bash cuts at `=` and `:`, so that `-p pool=web` can be completed."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

# What readline breaks words at, of COMP_WORDBREAKS, that stands inside our words.
_BREAKS: Final = re.compile(r"[=:]+")


def whole(words: Sequence[str], current: int) -> tuple[list[str], int]:
    """Return the words put together again, and which of them is the current one."""
    joined: list[str] = []
    place, glue = 0, False
    for number, word in enumerate(words):
        breaks = bool(_BREAKS.fullmatch(word))
        if joined[1:] and (breaks or glue):
            joined[-1] += word
        else:
            joined.append(word)
        glue = breaks
        if number == current:
            place = len(joined) - 1
    return joined, place


def completed(environ: MutableMapping[str, str], run: Callable[[], int]) -> tuple[int, str]:
    """Run the completion on whole words, and return what stands behind the last break of each."""
    words = environ.get("COMP_WORDS", "").split("\n")
    joined, place = whole(words, int(environ.get("COMP_CWORD", "0")))
    environ["COMP_WORDS"], environ["COMP_CWORD"] = "\n".join(joined), str(place)
    typed = joined[place] if place < len(joined) else ""
    broken = max((found.end() for found in _BREAKS.finditer(typed)), default=0)
    with redirect_stdout(StringIO()) as held:
        status = run()
    lines = held.getvalue().splitlines(keepends=True)
    return status, "".join(line[broken:] if line.startswith(typed) else line for line in lines)
