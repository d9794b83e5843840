"""What became of the physical lines of one file, and how far its reading has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsleuth.formats.reader import Reader


@dataclass(slots=True)
class Account:
    """What became of the physical lines of one file."""

    lines: int = 0
    events: int = 0
    continuation: int = 0
    rejected: int = 0
    blank: int = 0
    bytes: int = 0
    sha256: str = ""
    format: str = "unknown"
    role: str = "unknown"
    reader: Reader | None = None
    shift_s: int | None = None
    """What its written times are ahead of UTC, where what is around its lines tells it."""
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come; bytes are counted as they lie on the disk."""

    file: str
    lines: int
    """Of this file, and how many of them were refused."""
    rejected: int
    bytes: int
    """Of all files so far."""
    total_bytes: int
