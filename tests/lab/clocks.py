"""Sets a database log to a clock that is wrong, for the servers can't be given one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?)(?= (?:[A-Z]{3,5}|[+-]\d\d))")
_EPOCH = re.compile(rb"^(\d{10}\.\d{3})", re.MULTILINE)
# MariaDB: its error log in local time, its slow log in local and in Unix time, whole seconds
_LINE = re.compile(rb"^(\d{4}-\d\d-\d\d [ \d]\d:\d\d:\d\d)(?= )", re.MULTILINE)
_SHORT = re.compile(
    rb"(?:(?<=^# Time: )|(?<=completed at ))(\d{6} [ \d]\d:\d\d:\d\d)", re.MULTILINE
)
_UNIX = re.compile(rb"(?<=^SET timestamp=)(\d{10})(?=;)", re.MULTILINE)


def shifted(data: bytes, layout: str, seconds: float) -> bytes:
    """A log whose stamps, with a zone after them, are so many seconds later."""
    if layout == "mariadb":
        return _mariadb(data, round(seconds))
    if layout == "stderr_epoch":
        return _EPOCH.sub(lambda found: f"{float(found[1]) + seconds:.3f}".encode(), data)
    return _STAMP.sub(lambda found: _later(found[1].decode(), seconds), data)


def _later(stamp: str, seconds: float) -> bytes:
    moment = datetime.fromisoformat(stamp) + timedelta(seconds=seconds)
    return moment.isoformat(" ", "milliseconds" if "." in stamp else "seconds").encode()


def _mariadb(data: bytes, seconds: int) -> bytes:
    data = _LINE.sub(lambda found: _local(found[1], "%Y-%m-%d", seconds), data)
    data = _SHORT.sub(lambda found: _local(found[1], "%y%m%d", seconds), data)
    return _UNIX.sub(lambda found: str(int(found[1]) + seconds).encode(), data)


def _local(stamp: bytes, day: str, seconds: int) -> bytes:
    """A stamp whose hour has a blank in front instead of a nought."""
    written = datetime.strptime(stamp.decode(), f"{day} %H:%M:%S")  # noqa: DTZ007
    moment = written + timedelta(seconds=seconds)
    return f"{moment:{day}} {moment.hour:2d}:{moment:%M:%S}".encode()
