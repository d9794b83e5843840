"""A reason to doubt that all was calm, and the stretch that may be an incident for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """What it is in words; where it is of a while, that as an incident would be."""

    told: str
    window: Window | None = None
    badness: Badness | None = None
    """Which requests went badly, if it is one."""
