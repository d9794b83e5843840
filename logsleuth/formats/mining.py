"""Where applications say in words what they served: patterns that are looked for in a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_METHOD: Final = r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)"
_URL: Final = r"(?:[a-z]+://[^/ ]+)?(/[^ \"'\\)\],]*)"
_UNIT: Final = r"(?:ms|msecs?|millis|milliseconds|s|secs?|seconds|µs|us|ns)"
_TIME: Final = rf"([0-9]+(?:\.[0-9]+)? ?{_UNIT}\b)"


@dataclass(frozen=True, slots=True)
class Mined:
    """A column, the type of its text, and the pattern whose first group holds the text.

    `within` tells a pattern that says little by itself: it counts only where the message names a
    request too.
    """

    column: str
    type: str
    pattern: str
    within: bool = False


# Paths come first: what says little by itself is looked for beside one.
PATTERNS: Final = (
    Mined("path", "url", rf"{_METHOD} {_URL}"),
    Mined("path", "url", rf"\b(?:request (?:to |for )?|(?:path|uri|url)=\"?){_URL}"),
    Mined("method", "method", rf"({_METHOD}) (?:[a-z]+://|/)"),
    Mined(
        "status",
        "status",
        r"(?:\bstatus(?:_code)?[=: ]+|\bCompleted |\bHTTP[ /][0-9.]+\"? |\bresponded (?:with )?)"
        r"([1-5][0-9]{2})\b",
    ),
    Mined(
        "status",
        "status",
        # An address may begin like a status: what follows decides.
        rf"(?:->|=>|\" |\bwith |{_METHOD} /[^ ]* |[Rr]eturned |- ) ?([1-5][0-9]{{2}})"
        r"(?:[^0-9.:\w]|$)",
        within=True,
    ),
    Mined(
        "duration_s",
        "duration",
        r"(?i:\b(?:took|duration|elapsed|latency)[=: ]+|\bCompleted [^(]{0,40}\bin )" + _TIME,
    ),
    Mined("duration_s", "duration", rf"(?:\b|\(){_TIME}", within=True),
    Mined("database_s", "duration", rf"(?:\bActiveRecord: |\b(?:db|sql|database)[=:] ?){_TIME}"),
    Mined(
        "request_id",
        "request-id",
        r"(?i:\b(?:rid|req[_-]?id|request[_-]?id|reqid|trace[_-]?id|correlation[_-]?id|x-request-id"
        r"|id)[=: \"]+)([0-9a-fA-F][0-9a-fA-F-]{14,63})",
    ),
    Mined(
        "request_id",
        "request-id",
        r"(?i:\b(?:rid|req_?id|request_?id|correlation_?id)=)([A-Za-z0-9][\w.-]{5,63})",
    ),
)
