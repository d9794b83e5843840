"""Puts the options of the whole program in front: people add them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS: Final = ("--debug", "--no-pager", "--isolated")
_VALUED: Final = "--color"


def program_first(words: Sequence[str]) -> list[str]:
    """Return the words with the program's own options first; after `--` they are left alone."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _FLAGS or word.startswith(f"{_VALUED}="):
            front.append(word)
        elif word == _VALUED:
            front += [word, *waiting[:1]]
            waiting = waiting[1:]
        else:
            rest.append(word)
    return front + rest
