"""What a syslog daemon puts before a line: its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.formats.reader import Wrapper

# The length of a frame (RFC 6587) and the priority of a message.
_FRAME: Final = r"^(?:(?:\d{1,5} )?<\d{1,3}>)?"
# RFC 3164 with the times of rsyslog and of `journalctl -o short-full` and `short-unix`; and RFC
# 5424, its structured data skipped, which Heroku leaves out. HAProxy sends no host by default.
HEADERS: Final[Mapping[Wrapper, str]] = {
    "syslog": (
        _FRAME + r"(?P<at>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
        r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
        r"|[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [A-Z]{2,5}"
        r"|\d{10}\.\d{6}) "
        r"(?:(?P<host>[^\s\[]*[^\s\[:]) )?(?P<program>[^\s\[:]+)(?:\[(?P<pid>[^\]\s]*)\]:?|:) ?"
    ),
    "syslog-5424": (
        _FRAME + r"1 (?P<at>\d{4}-\S+|-) (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ "
        "(?:(?:-|(?:\\[(?:[^\\]\\\\]|\\\\.)*\\])+)(?: \ufeff?|$))?"
    ),
}
