"""HAProxy's log-format strings: aliases such as `%ci` and expressions in brackets as variables."""

from __future__ import annotations

import re
from typing import Final

from logsleuth.formats.reader import Token

_ITEM: Final = re.compile(
    r"%(?:(?P<percent>%)|(?:\{(?P<flags>[^}]*)\})?(?:\((?P<label>[^):]*)(?::\w+)?\))?"
    r"(?:\[(?P<expression>(?:[^\[\]\\]|\\.|\[[^\]]*\])*)\]|(?P<alias>[A-Za-z]+)))"
)
_NUMBER = r"\+?-?\d+|-"
_MILLISECONDS = r"\+?-?\d+"
_DATE = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
# Aliases of the manual with the variable that each is; two of one name never differ in case only.
_ALIASES: Final[dict[str, tuple[str, str]]] = {
    "ci": ("client_ip", r"[0-9a-fA-F.:]+|unix|-"), "cp": ("client_port", r"-?\d+|-"),
    "t": ("accepted", r"[^\]\s\"]+"), "tr": ("ts", r"[^\]\s\"]+"),
    "T": ("accepted_gmt", _DATE), "Tl": ("accepted_local", _DATE),
    "trg": ("request_gmt", _DATE), "trl": ("request_local", _DATE),
    "Ts": ("accepted_s", r"\d+"), "ms": ("accepted_ms", r"\d+"),
    "f": ("frontend", ""), "ft": ("frontend", ""), "b": ("pool", ""), "s": ("server", ""),
    "TR": ("request_ms", _MILLISECONDS), "Tq": ("queued_ms", _MILLISECONDS),
    "Tw": ("tw", _MILLISECONDS), "Tc": ("tc", _MILLISECONDS), "Tr": ("tr", _MILLISECONDS),
    "Ta": ("ta", _MILLISECONDS), "Tt": ("tt", _MILLISECONDS),
    "Td": ("data_ms", _MILLISECONDS), "Th": ("handshake_ms", _MILLISECONDS),
    "Ti": ("idle_ms", _MILLISECONDS), "Tu": ("user_ms", _MILLISECONDS),
    "ST": ("status", r"-?\d{1,3}|-"), "B": ("bytes", r"\+?\d+"), "U": ("uploaded", r"\d+"),
    "CC": ("request_cookie", ""), "CS": ("response_cookie", ""),
    "tsc": ("termination", r"[A-Za-z-]{4}"), "ts": ("termination", r"[A-Za-z-]{2}"),
    "ac": ("active_connections", _NUMBER), "fc": ("frontend_connections", _NUMBER),
    "bc": ("backend_connections", _NUMBER), "sc": ("server_connections", _NUMBER),
    "rc": ("retries", r"\+?\d{1,4}"), "sq": ("server_queue", _NUMBER),
    "bq": ("backend_queue", _NUMBER), "lc": ("log_counter", r"\d+"), "rt": ("counter", r"\d+"),
    "hr": ("request_headers", r"(?: \{.*?\})?"), "hs": ("response_headers", r"(?: \{.*?\}| )?"),
    "hrl": ("request_headers_clf", r'(?: "[^"]*")*?'),
    "hsl": ("response_headers_clf", r'(?: "[^"]*")*? ?'),
    "r": ("request", ""), "HM": ("method", ""), "HP": ("url", ""), "HPO": ("url", ""),
    "HU": ("url", ""), "HQ": ("query", ""), "HV": ("protocol", ""), "ID": ("rid", ""),
    "H": ("host_name", ""), "pid": ("pid", r"\d+"), "si": ("server_ip", ""),
    "sp": ("server_port", ""), "fi": ("frontend_ip", ""), "fp": ("frontend_port", ""),
    "bi": ("backend_ip", ""), "bp": ("backend_port", ""),
}  # fmt: skip
_SPACED: Final = frozenset(
    {"accepted_gmt", "accepted_local", "request_gmt", "request_local", "request"}
)
# Where nothing was captured, HAProxy writes no space before it either.
_CAPTURES: Final = frozenset({"hr", "hs", "hrl", "hsl"})
# Expressions that are what an alias is; the first of a row that an expression begins with.
_EXPRESSIONS: Final = {
    r"capture\.req\.hdr\(0\)": "captured", r"src(?:,|$)": "client_ip",
    r"(?:capture\.)?(?:req\.)?method\b": "method",
    r"capture\.req\.uri|path\b|pathq|url\b": "url", r"capture\.req\.ver|req\.ver": "protocol",
    r"(?:req\.f?hdr|hdr)\((?i:host)": "host", r"(?:req\.f?hdr|hdr)\((?i:user-agent)": "user_agent",
    r"(?:req\.f?hdr|hdr)\((?i:referer)": "referer", r"unique-id": "rid",
    r"(?:req\.f?hdr|hdr)\((?i:x-request-id)": "rid", r"ssl_fc_sni": "host", r"status\b": "status",
    r"txn\.sess_term_state|last_entity": "termination",
}  # fmt: skip


def tokens(text: str) -> tuple[Token, ...]:
    """Split a format string into literals and variables.

    `%{+Q}` puts quotes around one item and, before `o`, around all texts that follow. Source:
    HAProxy's manual, section 8.2.6 "Custom log format".
    """
    found: list[Token] = []
    position, everywhere = 0, False
    for number, match in enumerate(_ITEM.finditer(text)):
        literal = text[position : match.start()]
        found.append(Token(literal.removesuffix(" ") if match["alias"] in _CAPTURES else literal))
        position = match.end()
        flags = match["flags"] or ""
        if match["percent"]:
            found.append(Token("%"))
        elif match["alias"] == "o":
            everywhere = "+Q" in flags or (everywhere and "-Q" not in flags)
            # The flags leave no trace, and neither does the space behind them at the very begin.
            position += text[position : position + 1] == " " and match.start() == 0
        else:
            token = _variable(match, number)
            quoted = "+Q" in flags or (everywhere and "-Q" not in flags and _is_text(token))
            found += [Token('"'), token, Token('"')] if quoted else [token]
    found.append(Token(text[position:]))
    return _joined(found)


def labelled(text: str) -> dict[str, str]:
    """Which variable each key holds where HAProxy writes the JSON itself: `%{+json}o %(key)ci`."""
    if "+json" not in text:
        return {}
    return {
        match["label"]: _variable(match, number).text
        for number, match in enumerate(_ITEM.finditer(text))
        if match["label"]
    }


def _variable(match: re.Match[str], number: int) -> Token:
    expression = match["expression"]
    if expression is not None:
        known = (n for p, n in _EXPRESSIONS.items() if re.match(rf"\s*(?:{p})", expression))
        return Token(next(known, f"unnamed_{number}"), variable=True)
    name, shape = _ALIASES.get(match["alias"], (f"unnamed_{number}", ""))
    spaced = name in _SPACED or match["alias"] in _CAPTURES
    return Token(name, variable=True, shape=shape, spaced=spaced)


def _is_text(token: Token) -> bool:
    """Whether HAProxy quotes the value where it quotes everything: numbers and times it doesn't."""
    return not token.shape or token.text == "client_ip"


def _joined(parts: list[Token]) -> tuple[Token, ...]:
    found: list[Token] = []
    for part in parts:
        if found and not found[-1].variable and not part.variable:
            found[-1] = Token(found[-1].text + part.text)
        elif part.text:
            found.append(part)
    return tuple(found)
