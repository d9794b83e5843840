"""Format strings of servers as tokens, and tokens as regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.formats.reader import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

# nginx: "$name" or "${name}" (ngx_http_log_module, log_format).
_VARIABLE: Final = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
# Values with a space of their own.
_SPACED: Final = {
    "time_local": r"[^\]\"]+?",
    "request": r"(?:[^\"\\]|\\.)*",
    "http_user_agent": r"(?:[^\"\\]|\\.)*",
    "http_referer": r"(?:[^\"\\]|\\.)*",
    "http_x_forwarded_for": r"(?:[^\"\\]|\\.)*",
}
_LISTS: Final = "upstream_"
_LIST: Final = r"(?:[^\s,\"]+(?:, | : ))*[^\s,\"]*"


def tokens(text: str) -> tuple[Token, ...]:
    """Split an nginx log_format string into literals and variables."""
    found: list[Token] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > position:
            found.append(Token(text[position : match.start()]))
        found.append(Token(match[1] or match[2], variable=True))
        position = match.end()
    if position < len(text):
        found.append(Token(text[position:]))
    return tuple(found)


def text(parts: Sequence[Token]) -> str:
    """Write tokens as a log_format string again."""
    return "".join(f"${{{p.text}}}" if p.variable else p.text for p in parts)


def pattern(parts: Sequence[Token]) -> str:
    """Return a regular expression for whole lines; variables become groups, repeated ones once.

    The subset is the one that Python's `re` and RE2 share.
    """
    seen: set[str] = set()
    pieces = [_piece(parts, index, seen) for index in range(len(parts))]
    return "^" + "".join(pieces) + "$"


def _piece(parts: Sequence[Token], index: int, seen: set[str]) -> str:
    token = parts[index]
    if not token.variable:
        return re.escape(token.text).replace("\\ ", " ").replace('\\"', '"').replace("\\#", "#")
    body = _body(parts, index)
    if token.text in seen:
        return f"(?:{body})"
    seen.add(token.text)
    return f"(?P<{token.text}>{body})"


def _body(parts: Sequence[Token], index: int) -> str:
    name = parts[index].text
    quoted = index > 0 and parts[index - 1].text.endswith('"') and not parts[index - 1].variable
    if quoted:
        return r"(?:[^\"\\]|\\.)*"
    if name in _SPACED:
        return _SPACED[name]
    if name.startswith(_LISTS):
        return _LIST
    after = parts[index + 1].text[:1] if index + 1 < len(parts) else ""
    stop = re.escape(after) if after and after not in ' "' else ""
    return rf"[^\s{stop}]*"
