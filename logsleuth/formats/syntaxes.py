"""The syntaxes of servers' format strings: which one a text is in, its tokens, its JSON keys."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from logsleuth.formats import (
    layout,
    syntax_apache,
    syntax_envoy,
    syntax_haproxy,
    syntax_postgresql,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from logsleuth.formats.reader import Token

GUESSED: Final = "nginx"
"""The syntax whose variables are also told from the lines, where nothing else says them."""

_TOKENS: Final[Mapping[str, Callable[[str], tuple[Token, ...]]]] = {
    "nginx": layout.tokens,
    "apache": syntax_apache.tokens,
    "haproxy": syntax_haproxy.tokens,
    "envoy": syntax_envoy.tokens,
}
# Whose strings are what stands before each line, as regular expressions of their own.
_PREFIXES: Final[Mapping[str, Callable[[str], str]]] = {"postgresql": syntax_postgresql.pattern}
NAMES: Final = (*_TOKENS, *_PREFIXES)
# What only one of the syntaxes has; Apache's are left, and asked last.
_TELLING: Final[Mapping[str, str]] = {
    "nginx": r"\$\{?[a-z][a-z0-9_]*",
    "envoy": r"%[A-Z][A-Z0-9_]{2,}(?:\([^)]*\))?(?::\d+)?%",
    "haproxy": (
        r"%(?:\{[+-][^}]*\})?(?:\(\w*\))?"
        r"(?:\[|(?:ci|cp|ft|ST|ts|tsc|TR|Tw|Tc|Tt|Ta|tr|bc|sq|hr|HM|HU|ID)\b)"
    ),
    "postgresql": syntax_postgresql.TELLING,
    "apache": r"%(?:[<>!]?[\d,!]*)?(?:[a-zA-Z]|\{[^}]*\}\^?[a-z])",
}  # fmt: skip
# Stand for variables while a JSON layout is taken apart.
_FIRST_MARK: Final = 0xE000
# What is written as one value: a request line, a path with its query.
_TOGETHER: Final[Mapping[tuple[str, ...], str]] = {
    ("req_method", "req_path", "protocol"): "request",
    ("request_method", "url_path", "server_protocol"): "request",
    ("request_method", "url_path", "url_query", "server_protocol"): "request",
    ("method", "url", "protocol"): "request",
    ("url_path", "url_query"): "url_path",
}


def recognise(text: str) -> str | None:
    """Return the name of the syntax that a format string is in, by its variables."""
    return next((name for name in _TELLING if re.search(_TELLING[name], text)), None)


def tokens(syntax: str, text: str) -> tuple[Token, ...]:
    """Split a format string into literals and variables."""
    return _TOKENS[syntax](text)


def prefix(syntax: str, text: str) -> str:
    """Return the regular expression of what a format string puts before each line."""
    return _PREFIXES[syntax](text)


def json_variables(syntax: str, text: str) -> dict[str, str]:
    """Return which variable each key of a JSON format string holds; nested keys as in `keyed`."""
    if syntax == "nginx":
        return layout.json_variables(text)
    labelled = syntax_haproxy.labelled(text) if syntax == "haproxy" else {}
    return labelled or _objects(tokens(syntax, text))


def _objects(parts: Sequence[Token]) -> dict[str, str]:
    variables = [part for part in parts if part.variable]
    if not variables or not parts[0].text.lstrip().startswith("{"):
        return {}
    try:
        tree = json.loads(_marked(parts), strict=False)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for key, value in _leaves("", tree):
        marks = [ord(c) - _FIRST_MARK for c in value if 0 <= ord(c) - _FIRST_MARK < len(variables)]
        names = tuple(variables[mark].text for mark in marks)
        if len(names) == 1 or names in _TOGETHER:
            found[key] = names[0] if len(names) == 1 else _TOGETHER[names]
    return found


def _marked(parts: Sequence[Token]) -> str:
    """The layout as JSON, in which private characters stand for its variables."""
    text, count = "", 0
    for part in parts:
        if not part.variable:
            text += part.text
            continue
        mark = chr(_FIRST_MARK + count)
        text += mark if text.count('"') % 2 else f'"{mark}"'
        count += 1
    return text


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{prefix}{layout.NESTED}{key}" if prefix else key, inner)
    elif isinstance(value, str):
        yield prefix, value
