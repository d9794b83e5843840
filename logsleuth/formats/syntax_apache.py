"""Apache's LogFormat strings, which Tomcat's and Varnish's are nearly alike, as variables."""

from __future__ import annotations

import re
from typing import Final

from logsleuth.formats.reader import Token

_DIRECTIVE: Final = re.compile(
    r"%(?:(?P<percent>%)|!?[\d,]*[<>]?(?:\{(?P<argument>[^}]*)\})?[<>]?(?P<letter>\^[a-zA-Z]{2}|[a-zA-Z]))"
)
_NUMBER: Final = r"-|\d+"
_WHEN: Final = "time_local"
_WRITTEN: Final = r"[^\]\"]+"
# By letter: the variable and the shape of its text. Source: Apache 2.4, mod_log_config.
_LETTERS: Final[dict[str, tuple[str, str]]] = {
    "h": ("remote_host", ""), "a": ("remote_addr", ""), "A": ("local_addr", ""),
    "l": ("remote_ident", ""), "u": ("remote_user", ""), "r": ("request", ""),
    "s": ("status", r"\d{3}|-"), "b": ("body_bytes", _NUMBER), "B": ("body_size", _NUMBER),
    "O": ("sent_bytes", _NUMBER), "I": ("received_bytes", _NUMBER), "S": ("total_bytes", _NUMBER),
    "D": ("microseconds", _NUMBER), "T": ("seconds", r"-|\d+(?:\.\d+)?"),
    "v": ("server_name", ""), "V": ("canonical_name", ""), "p": ("port", _NUMBER),
    "m": ("request_method", ""), "U": ("url_path", ""), "q": ("url_query", ""),
    "H": ("server_protocol", ""), "L": ("log_id", ""), "k": ("keepalives", _NUMBER),
    "X": ("connection", r"[X+-]"), "P": ("pid", r"\d+|-"), "f": ("file", ""), "R": ("handler", ""),
    "F": ("commit_ms", _NUMBER),
}  # fmt: skip
# By letter and argument: %{ms}T counts milliseconds, %{Referer}i is a header.
_ARGUMENTS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("T", "ms"): ("milliseconds", _NUMBER), ("T", "us"): ("microseconds", _NUMBER),
    ("T", "s"): ("seconds", _NUMBER), ("a", "c"): ("peer_addr", ""),
    ("a", "remote"): ("remote_addr", ""),
    ("h", "c"): ("peer_host", ""), ("t", "sec"): ("epoch", r"\d{10}"),
    ("t", "msec"): ("epoch", r"\d{13}"), ("t", "usec"): ("epoch", r"\d{16}"),
    ("^FB", ""): ("first_byte_us", _NUMBER),
    ("x", "varnish:time_firstbyte"): ("first_byte_s", r"[\d.]+|-"),
    ("i", "unique_id"): ("unique_id", ""), ("e", "unique_id"): ("unique_id", ""),
    ("o", "x-ausername"): ("remote_user", ""),
}  # fmt: skip
_SPACED: Final = frozenset({"request"})
_KINDS: Final = {"i": "in", "o": "out", "e": "env", "n": "note", "C": "cookie", "x": "tag"}
# What may stand between the parts of a time that is written in several directives.
_BETWEEN: Final = re.compile(r"[.,:T ]|")


def tokens(text: str) -> tuple[Token, ...]:
    r"""Split a LogFormat string into literals and variables.

    `%t` is `[` and `]` around `time_local`; headers are `in_user_agent`, notes of the server's
    environment `env_balancer_worker_name`. `\"` and `\t` stand for what they do in the file.
    """
    text = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)
    found: list[Token] = []
    position = 0
    for number, match in enumerate(_DIRECTIVE.finditer(text)):
        found.append(Token(text[position : match.start()]))
        position = match.end()
        if match["percent"]:
            found.append(Token("%"))
        elif match["letter"] == "t" and not match["argument"]:
            found += [Token("["), Token(_WHEN, variable=True), Token("]")]
        else:
            found.append(_variable(match["letter"], match["argument"] or "", number))
    found.append(Token(text[position:]))
    return _joined(_timed(found))


def _variable(letter: str, argument: str, number: int) -> Token:
    lowered = argument.lower()
    known = _ARGUMENTS.get((letter, lowered))
    if known is None and letter == "t":
        name = "time_fraction" if lowered in {"msec_frac", "usec_frac"} else "time_written"
        return Token(name, variable=True, shape=_WRITTEN, spaced=True)
    if known is None and letter in _KINDS:
        slug = re.sub(r"[^a-z0-9]+", "_", lowered).strip("_")
        known = (f"{_KINDS[letter]}_{slug}", "")
    name, shape = known or _LETTERS.get(letter, (f"unnamed_{number}", ""))
    return Token(name, variable=True, shape=shape, spaced=name in _SPACED)


def _timed(parts: list[Token]) -> list[Token]:
    """A time in several directives, `%{%F %T}t.%{msec_frac}t %{%z}t`, is one variable."""
    found: list[Token] = []
    for part in (p for p in parts if p.text):
        literal = not part.variable
        if part.text == "time_fraction":
            if len(found) > 1 and found[-2].text == "epoch" and found[-1].text == ".":
                found[-2:] = [Token("epoch", variable=True, shape=r"\d{10}\.\d{1,6}")]
                continue
            part = Token("time_written", variable=True, shape=_WRITTEN, spaced=True)  # noqa: PLW2901
        if part.text == "time_written" and len(found) > 1 and found[-2].text == part.text:
            if not found[-1].variable and _BETWEEN.fullmatch(found[-1].text):
                found.pop()
                continue
        elif part.text == "time_written" and found and found[-1] == part:
            continue
        found.append(Token(part.text) if literal else part)
    return found


def _joined(parts: list[Token]) -> tuple[Token, ...]:
    found: list[Token] = []
    for part in parts:
        if found and not found[-1].variable and not part.variable:
            found[-1] = Token(found[-1].text + part.text)
        elif part.text:
            found.append(part)
    return tuple(found)
