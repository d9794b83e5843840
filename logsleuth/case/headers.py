"""Layouts behind the header of a syslog daemon, in the ways that daemons write one."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final

from logsleuth.case.cuts import Cuts, compile_cuts
from logsleuth.formats.layout import tokens as tokens_of
from logsleuth.formats.reader import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import BoundShape

# Names of the header's parts begin so.
WRAPPED: Final = "wrapped."
# What the parts of a header must be; its stamp is read by no clock where lines have their own.
_PATTERNS: Final = {
    WRAPPED + name: pattern
    for name, pattern in {
        "month": "[A-Z][a-z]{2}", "day": r"\d\d", "clock": r"\d\d:\d\d:\d\d(?:\.\d{1,6})?",
        "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?",
        "host": r"[^\[]*[^\[:]", "program": r"[^\[:]+",
    }.items()
}  # fmt: skip
# RFC 3164 with its own stamps or those of ISO 8601; a host and a process that not all write.
_STAMPS: Final = ("$month $day $clock ", "$at ")
_HOSTS: Final = ("$host ", "")
_PROGRAMS: Final = ("$program[$pid]: ", "$program: ")
# A group whose body has groups no deeper than one level, and bodies that any text has.
_GROUP: Final = re.compile(
    r"\(\?P<(?P<name>\w+)>(?P<body>(?:\\.|\[\^?(?:\\.|[^\]\\])+\]|\((?:[^()\\]|\\.)*\)|[^()\\\[])*)\)"
)
_ANYTHING: Final = frozenset({r"\S+", ".*", ""})


def cuts(wrapper: str, shape: BoundShape, tokens: Sequence[Token]) -> Iterator[Cuts]:
    """Compile a layout to cuts, one for each header that may stand before it."""
    patterns = _groups(shape.pattern) if shape.kind == "pattern" else {}
    patterns |= {token.text: token.shape for token in tokens if token.variable and token.shape}
    if wrapper == "none":
        plain = compile_cuts(shape, tokens, patterns)
        if plain is not None:
            yield plain
    if wrapper != "syslog":
        return
    for stamp, host, program in product(_STAMPS, _HOSTS, _PROGRAMS):
        header = [
            Token(WRAPPED + t.text, variable=True) if t.variable else t
            for t in tokens_of(stamp + host + program)
        ]
        found = compile_cuts(shape, [*header, *tokens], patterns | _PATTERNS)
        if found is not None:
            yield _headed(found)


def _groups(pattern: str) -> dict[str, str]:
    """What each group of a pattern must match, for groups that hold no other."""
    return {
        match["name"]: match["body"]
        for match in _GROUP.finditer(pattern)
        if match["body"] not in _ANYTHING
    }


def _headed(cuts: Cuts) -> Cuts:
    """With the texts that a header has as one, and empty ones for those that it lacks."""
    texts = dict(cuts.texts)
    written = [texts.pop(WRAPPED + name, "") for name in ("month", "day", "clock")]
    if written[0]:
        texts[f"{WRAPPED}at"] = " || ' ' || ".join(written)
    return replace(
        cuts,
        texts={f"{WRAPPED}{name}": "''" for name in ("at", "host", "program", "pid")} | texts,
        padded=bool(written[0]),
    )
