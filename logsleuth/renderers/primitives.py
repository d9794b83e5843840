"""Times, figures and texts as JSON has them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from logsleuth.renderers.text import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable


def time(ts: datetime | None) -> str | None:
    """Return a moment in UTC as ISO 8601, to the millisecond."""
    if ts is None:
        return None
    utc = ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def number(value: float | None) -> float | None:
    """Return a figure; JSON has no NaN and no infinity, both mean that there is none."""
    return None if value is None or not math.isfinite(value) else float(value)


def text(value: str | None) -> str | None:
    """Return a text that any encoding can carry, or None."""
    return None if value is None else encodable(value)


def texts(values: Iterable[str]) -> list[str]:
    """Return texts that any encoding can carry."""
    return [encodable(value) for value in values]
