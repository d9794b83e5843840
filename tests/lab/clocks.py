"""Sets a database log to a clock that is wrong, for PostgreSQL can't be given one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?)(?= (?:[A-Z]{3,5}|[+-]\d\d))")
_EPOCH = re.compile(rb"^(\d{10}\.\d{3})", re.MULTILINE)


def shifted(data: bytes, layout: str, seconds: float) -> bytes:
    """A log whose stamps, with a zone after them, are so many seconds later."""
    if layout == "stderr_epoch":
        return _EPOCH.sub(lambda found: f"{float(found[1]) + seconds:.3f}".encode(), data)
    return _STAMP.sub(lambda found: _later(found[1].decode(), seconds), data)


def _later(stamp: str, seconds: float) -> bytes:
    moment = datetime.fromisoformat(stamp) + timedelta(seconds=seconds)
    return moment.isoformat(" ", "milliseconds" if "." in stamp else "seconds").encode()
