"""Ids of places on the page: a link that somebody passed on leads to the same place tomorrow."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from datetime import datetime

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.:-]+")
_LONGEST: Final = 100


class Ids:
    """Gives every place of one page an id of its own; the same document gives the same ids."""

    def __init__(self) -> None:
        """Begin a page."""
        self._given: Counter[str] = Counter()

    def of(self, *parts: str | datetime | None) -> str:
        """Return an id made of words, names and times; a second place of that name is numbered."""
        told = "-".join(filter(None, map(_word, parts)))[:_LONGEST]
        self._given[told] += 1
        # What begins a number is no end of a name: `--` is nowhere else.
        return told if self._given[told] == 1 else f"{told}--{self._given[told]}"


def _word(part: str | datetime | None) -> str:
    if part is None:
        return ""
    if isinstance(part, str):
        return re.sub("-+", "-", _UNFIT.sub("-", part)).strip("-")
    return utc(part).strftime("%Y%m%dT%H%M%S.%f")[:-3]
