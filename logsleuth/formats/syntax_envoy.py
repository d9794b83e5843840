"""Envoy's format strings: command operators such as `%REQ(:PATH)%` as variables."""

from __future__ import annotations

import re
from typing import Final

from logsleuth.formats.reader import Token

_OPERATOR: Final = re.compile(r"%(?:(%)|([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::\d+)?%)")
_HEADERS: Final = frozenset({"REQ", "RESP", "TRAILER"})
_NUMBER: Final = r"-|\d+"
_WRITTEN: Final = r"[^\]\"]+"
_SHAPES: Final = {
    "response_code": _NUMBER,
    "bytes_received": _NUMBER,
    "bytes_sent": _NUMBER,
    "duration": _NUMBER,
    "request_duration": _NUMBER,
    "response_duration": _NUMBER,
    "response_tx_duration": _NUMBER,
    "upstream_request_attempt_count": _NUMBER,
    "resp_x_envoy_upstream_service_time": _NUMBER,
    "response_flags": r"-|[A-Za-z]+(?:,[A-Za-z]+)*",
}
# What other people's words are in: where nothing is put around them, they may hold spaces.
_SPACED: Final = frozenset(
    {"upstream_transport_failure_reason", "req_user_agent", "connection_termination_details"}
)


def tokens(text: str) -> tuple[Token, ...]:
    """Split a format string into literals and operators, named in lower case.

    A header is named by the last one that is asked for: `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%` is
    `req_path`. Source: Envoy's manual, "Access logging", "Command operators".
    """
    found: list[Token] = []
    position = 0
    for match in _OPERATOR.finditer(text):
        if match.start() > position:
            found.append(Token(text[position : match.start()]))
        found.append(Token("%") if match[1] else _variable(match[2], match[3] or ""))
        position = match.end()
    if position < len(text):
        found.append(Token(text[position:].removesuffix("\n")))
    return tuple(token for token in found if token.text)


def _variable(operator: str, argument: str) -> Token:
    if operator.startswith("START_TIME"):
        spaced = " " in argument
        return Token("start_time", variable=True, shape=_WRITTEN if spaced else "", spaced=spaced)
    name = operator.lower()
    if operator in _HEADERS:
        header = argument.rpartition("?")[2].lower()
        name = f"{name}_{re.sub(r'[^a-z0-9]+', '_', header).strip('_')}"
    elif argument and operator not in {"UPSTREAM_HOST", "DURATION"}:
        name = f"{name}_{re.sub(r'[^a-z0-9]+', '_', argument.lower()).strip('_')}"
    name = "response_flags" if name == "response_flags_long" else name
    return Token(name, variable=True, shape=_SHAPES.get(name, ""), spaced=name in _SPACED)
