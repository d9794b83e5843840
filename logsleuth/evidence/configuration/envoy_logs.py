"""Reads in which formats Envoy writes its access logs, wherever its configuration says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from logsleuth.evidence.configuration.intent import LogFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.evidence.configuration.nodes import Node

# Where a text stands: newer, newer still, the older API, and Istio's mesh configuration.
_TEXTS: Final = (
    ("text_format",), ("text_format_source", "inline_string"), ("format",), ("accessLogFormat",),
)  # fmt: skip
_OBJECTS: Final = ("json_format", "typed_json_format")


def log_formats(root: Node) -> tuple[LogFormat, ...]:
    """The format strings of a document, JSON ones as JSON text.

    Source: Envoy's `config.core.v3.SubstitutionFormatString`,
    `extensions.access_loggers.file.v3.FileAccessLog`.
    """
    return tuple(dict.fromkeys(_found(root)))


def _found(root: Node) -> Iterator[LogFormat]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for path in _TEXTS:
            text = node.get(*path).text
            if text and "%" in text:
                yield LogFormat("", text, None, node.get(*path).line)
        for name in _OBJECTS:
            shape = node.get(name)
            if shape.fields:
                yield LogFormat("", json.dumps(_plain(shape)), "json", shape.line)
        waiting += [*node.fields.values(), *node.items]


def _plain(node: Node) -> Any:
    if node.fields:
        return {name: _plain(value) for name, value in node.named()}
    return [_plain(item) for item in node.items] if node.items else node.text
