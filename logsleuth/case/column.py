"""What the SQL of a field is: the columns that it gives, and when its text is valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Read:
    """Columns that a field gives, and what must hold of its text (None: anything goes).

    `shared` are expressions with names that these use, and each those before it. `words` are
    conditions, each with the words of all messages for which it holds: their template needs no look
    at the message.
    """

    columns: Mapping[str, str]
    valid: str | None = None
    shared: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()


def known(x: str) -> str:
    """The text, NULL where the log writes nothing or `-`."""
    return f"nullif(nullif({x}, '-'), '')"


def absent(x: str) -> str:
    """Whether the log writes nothing or `-`."""
    return f"coalesce({x}, '-') in ('-', '')"
