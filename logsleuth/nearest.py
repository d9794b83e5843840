"""Which of the known words a mistyped one is nearest to, said the same way everywhere."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word that `word` is most like; neither case nor `-` for `_` matter."""
    spelt = {_folded(one): one for one in sorted(known, reverse=True)}
    found = get_close_matches(_folded(word), spelt, n=1, cutoff=cutoff)
    return spelt[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest word was meant; nothing is near: an empty text."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else ""


def _folded(word: str) -> str:
    return word.strip().lower().replace("_", "-")
