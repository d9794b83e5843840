"""How new and changed messages are told, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import number

if TYPE_CHECKING:
    from logsleuth.model import Message, MessageKind, Position

KINDS: Final[dict[MessageKind, str]] = {
    "novel": "new",
    "more": "more often",
    "fewer": "less often",
}
POSITIONS: Final[dict[Position, str]] = {
    "before": "before the onset: perhaps a cause",
    "at": "at the onset",
    "after": "after the onset: a symptom",
}


def change(message: Message) -> str:
    """Say how much more or less often it came, at the near end of what can be told."""
    if message.interval.low < 1 < message.interval.high:
        return "too few to say"
    if math.isinf(message.interval.high):
        return f"at least {number(message.interval.low)} times"
    return f"{number(message.interval.low)} to {number(message.interval.high)} times"
