"""Format strings of servers as tokens, and tokens as regular expressions."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from logsleuth.formats.reader import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    _Held = tuple[tuple[str, ...], re.Match[str]]

# nginx: "$name" or "${name}" (ngx_http_log_module, log_format). "$1" is left as it is written.
_VARIABLE: Final = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_QUOTED: Final = r"(?:[^\"\\]|\\.)*"
_SHAPES: Final = {
    "time_local": r"(?:\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}|-)",
}
# Values with spaces that some layouts don't put into quotes.
_SPACED: Final = frozenset({"request", "http_user_agent", "http_referer", "http_x_forwarded_for"})
_UPSTREAM: Final = "upstream_"
_LIST: Final = r"(?:[^\s,\"]+(?:, | : ))*[^\s,\"]*"
# Variables without a literal between them make a match ambiguous, and a failing one slow.
_MOST_TOUCHING: Final = 3
# Between the names of nested keys; no JSON text can hold it unescaped.
NESTED: Final = "\x1f"
_BARE: Final = re.compile(
    r":\s*(\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\}))(?=\s*[,}])"
)
_JSON_PAIR: Final = re.compile(r'"([^"\\]+)"\s*:\s*"?\$\{?([A-Za-z_][A-Za-z0-9_]*)')


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


def json_variables(text: str) -> dict[str, str]:
    """Return which variable each key of a JSON log_format holds, keys joined by `NESTED`.

    What isn't JSON once its variables are texts (a bare one in the middle of a number, say) is
    searched for pairs of any depth.
    """
    quoted = _BARE.sub(lambda match: f': "{match[1]}"', text)
    try:
        record = json.loads(quoted)
    except (ValueError, RecursionError):
        return {match[1]: match[2] for match in _JSON_PAIR.finditer(text)}
    found = _flat((), record) if isinstance(record, dict) else ()
    return {NESTED.join(path): match[1] or match[2] for path, match in found}


def _flat(above: tuple[str, ...], record: Mapping[str, Any]) -> Iterator[_Held]:
    """The values that begin with a variable, by the keys on the way to them."""
    for key, value in record.items():
        path = (*above, key)
        if isinstance(value, dict):
            yield from _flat(path, value)
        elif isinstance(value, str) and (match := _VARIABLE.match(value)):
            yield path, match


def text(parts: Sequence[Token]) -> str:
    """Write tokens as a log_format string again."""
    return "".join(f"${{{p.text}}}" if p.variable else p.text for p in parts)


def readable(parts: Sequence[Token]) -> bool:
    """Whether a layout can be read at all: few of its variables touch each other."""
    touching = sum(left.variable and right.variable for left, right in pairwise(parts))
    return touching <= _MOST_TOUCHING


def pattern(parts: Sequence[Token]) -> str:
    """Return a regular expression for whole lines; variables become groups, repeated ones once.

    The subset is the one that Python's `re` and RE2 share. One value only may hold spaces without
    quotes around it, or a line that doesn't match would take forever to fail.
    """
    free = (
        i for i, p in enumerate(parts)
        if p.variable and not p.shape and (p.spaced or p.text in _SPACED)
    )  # fmt: skip
    spaced = next((i for i in free if not _is_quoted(parts, i)), -1)
    seen: set[str] = set()
    pieces = [_piece(parts, index, seen, spaced=index == spaced) for index in range(len(parts))]
    return "^" + "".join(pieces) + "$"


def _piece(parts: Sequence[Token], index: int, seen: set[str], *, spaced: bool) -> str:
    token = parts[index]
    if not token.variable:
        return re.escape(token.text).replace("\\ ", " ").replace('\\"', '"').replace("\\#", "#")
    body = _QUOTED if spaced else _body(parts, index)
    if token.text in seen:
        return f"(?:{body})"
    seen.add(token.text)
    return f"(?P<{token.text}>{body})"


def _is_quoted(parts: Sequence[Token], index: int) -> bool:
    before = parts[index - 1] if index else None
    return before is not None and not before.variable and before.text.endswith('"')


def _body(parts: Sequence[Token], index: int) -> str:
    name = parts[index].text
    if parts[index].shape:
        return f"(?:{parts[index].shape})"
    if _is_quoted(parts, index):
        return _QUOTED
    if name in _SHAPES:
        return _SHAPES[name]
    if name.startswith(_UPSTREAM):
        return _LIST
    stop = _stop(parts, index)
    if stop and (parts[index].spaced or name in _SPACED):
        return rf"[^{stop}]*"
    return rf"[^\s{stop}]*"


def _stop(parts: Sequence[Token], index: int) -> str:
    """What ends a value without quotes, where that is no space; at the end what parted it."""
    last = index + 1 == len(parts)
    beside = parts[index - 1 if last else index + 1] if len(parts) > 1 else None
    if beside is None or beside.variable:
        return ""
    character = beside.text[-1] if last else beside.text[0]
    return re.escape(character) if character not in ' "' else ""
