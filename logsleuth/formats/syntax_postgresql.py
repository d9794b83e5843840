"""PostgreSQL's log_line_prefix as a regular expression: what stands before a line's level."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"%(-?\d{1,4})?([A-Za-z%])")
# `log_line_prefix = '...'`, as its configuration has it; a quote within is doubled or escaped.
_SETTING: Final = re.compile(
    r"^[ \t]*log_line_prefix(?:[ \t]*=[ \t]*|[ \t]+)'((?:[^'\\\n]|''|\\.)*)'", re.MULTILINE
)
_ZONE: Final = r"(?: [A-Z]{1,5}| ?[+-]\d\d(?::?\d\d)?)"
_CLOCK: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
# A name is cut at 63 bytes; processes without a session have none.
_NAME: Final = r"[^\n]{0,63}?"
_ADDRESS: Final = r"(?:\[local\]|(?P<client>[^\s()]{0,100}?))"
# By escape: the regular expression of its text, with a group where it gives a column. Source: the
# manual, section "Error Reporting and Logging", log_line_prefix.
_ESCAPES: Final[dict[str, str]] = {
    "t": rf"(?P<ts>{_CLOCK}{_ZONE})", "m": rf"(?P<ts>{_CLOCK}\.\d{{3}}{_ZONE})",
    "n": r"(?P<ts>\d{10}\.\d{3})", "s": rf"(?:{_CLOCK}{_ZONE})?",
    "p": r"(?P<pid>\d{1,10})", "P": r"\d{0,10}",
    "u": rf"(?:\[unknown\]|(?P<user>{_NAME}))", "d": rf"(?:\[unknown\]|(?P<db>{_NAME}))",
    "r": _ADDRESS + r"(?:\(\d{1,5}\))?", "h": _ADDRESS, "L": r"\S{0,100}?",
    "a": _NAME, "b": _NAME, "i": _NAME,
    "e": r"(?P<state>[0-9A-Z]{5})", "c": r"[0-9a-f]{1,16}\.[0-9a-f]{1,8}", "l": r"\d{1,20}",
    "v": r"[0-9/]{0,30}", "x": r"\d{0,20}", "Q": r"-?\d{0,20}", "%": "%",
}  # fmt: skip
TELLING: Final = (
    r"^\s*log_line_prefix\b"
    # Apache's formats have a status, and most a request, sizes or times that PostgreSQL hasn't.
    r"|^(?!.*(?:%[<>{!\dA-KMNORS-Z]|%s|%r\"))(?=.*%-?\d*[mtn])(?=.*%-?\d*[pcq])"
)


def pattern(text: str) -> str:
    """Return the regular expression of a prefix, its groups `ts`, `pid`, `user`, `db`, and so on.

    `text` is the prefix, or the whole setting. Behind `%q` nothing need follow: processes without
    a session end there. What no version of the server knows is passed over, as the server does.
    """
    text = next(iter(settings(text)), text)
    seen: set[str] = set()
    found, position, open_ends = "", 0, 0
    for match in _ESCAPE.finditer(text):
        found += re.escape(text[position : match.start()])
        position = match.end()
        if match[2] == "q":
            found, open_ends = found + "(?:", open_ends + 1
        elif match[2] in _ESCAPES:
            found += _padded(_once(_ESCAPES[match[2]], seen), match[1] or "")
    return found + re.escape(text[position:]) + ")?" * open_ends


def _once(shape: str, seen: set[str]) -> str:
    """The same without the names of groups that are there already."""
    kept = re.sub(r"\(\?P<(\w+)>", lambda m: "(?:" if m[1] in seen else m[0], shape)
    seen.update(re.findall(r"\(\?P<(\w+)>", kept))
    return kept


def _padded(shape: str, width: str) -> str:
    if not width:
        return shape
    return f"{shape} *" if width.startswith("-") else f" *{shape}"


def settings(text: str) -> list[str]:
    """The prefixes that a configuration sets, the last one, which holds, first."""
    found = [re.sub(r"''|\\(.)", lambda m: m[1] or "'", value) for value in _SETTING.findall(text)]
    return found[::-1]
