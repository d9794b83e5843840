"""Which envelopes are around the lines of a file, one in another: opened until a format is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import wrappers
from logsleuth.formats.envelopes import ENTRY, ENVELOPES, Envelope, Header, opener
from logsleuth.formats.headers import HEADERS
from logsleuth.formats.reader import WRAPPED_LEVEL, BoundField, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Find = Callable[[Sequence[str]], Reader | None]

# Of an envelope that is there, few lines are without.
_LEAST: Final = 0.6
_DEPTH: Final = 5
# Formats that read anything with a time in front: an envelope isn't opened for them alone.
_ANYTHING: Final = frozenset({"text", "syslog"})
_PLAIN: Final = frozenset({"text", "plain"})
_OPENED: Final = _ANYTHING | {"json-lines", "plain"}
# Where lines can be read with and without an envelope, this much decides for without.
_MARGIN: Final = 0.2
_LEVELS: Final = re.compile(r'"(?:level|severity|lvl|levelname|log\.level|status)" ?:')


@dataclass(frozen=True, slots=True)
class Inside:
    """What is in the envelopes of some lines: their reader, None where no format reads them."""

    envelopes: tuple[Envelope, ...]
    reader: Reader | None
    headers: tuple[Header, ...]
    share: float
    """Of the lines, how many were opened."""


def dressed(lines: Sequence[str], outer: Reader | None, find: Find) -> Reader | None:
    """Return the reader of lines in envelopes; None where there are none, or better left closed.

    `outer` reads the lines as they are, `find` detects the format of those inside.
    """
    inside = _inside(lines, outer, find, 0)
    if inside is None or _daemon(inside.envelopes):
        return None
    sure = next((one.name for one in inside.envelopes if one.sure), inside.envelopes[0].name)
    reader = inside.reader
    if reader is None:
        reader = Reader(format=sure, role="application", stamps="end", shapes=(), mines=True)
    elif reader.format in _PLAIN:
        reader = replace(reader, format=sure)
    told = [BoundField("level", "level", (WRAPPED_LEVEL,))]
    written = [header.at for header in inside.headers if header.at]
    has_level = any(header.level for header in inside.headers)
    reader = wrappers.timed(reader, written, told=told if has_level else ())
    return replace(reader, envelopes=inside.envelopes, share=inside.share)


def _daemon(envelopes: Sequence[Envelope]) -> bool:
    """Whether there is a syslog daemon's header only, which is read in a faster way."""
    return len(envelopes) == 1 and envelopes[0].name in HEADERS


def _inside(lines: Sequence[str], outer: Reader | None, find: Find, depth: int) -> Inside | None:
    """The envelopes to open, from the outside in."""
    if depth == _DEPTH:
        return None
    for envelope in ENVELOPES:
        # A format of its own knows more of its keys than an envelope for any.
        if envelope.kind == "json" and outer is not None and outer.format not in _OPENED:
            continue
        # Entries of a journal have many lines: they are the file's own, or none.
        opened = None if depth and envelope.kind == "export" else unwrapped(lines, envelope)
        if opened is None:
            continue
        inner, headers, share = opened
        found = find(inner)
        deeper = _inside(inner, found, find, depth + 1)
        chain: tuple[Envelope, ...] = (envelope,)
        if deeper is not None:
            chain, found = (envelope, *deeper.envelopes), deeper.reader
            headers = [merged(*pair) for pair in zip(headers, deeper.headers, strict=False)]
            share *= deeper.share
        elif found is not None:
            share *= found.share
        if envelope.sure or _worth(lines, envelope, found, share, outer):
            return Inside(chain, found, tuple(headers), share)
    return None


def _worth(
    lines: Sequence[str], envelope: Envelope, found: Reader | None, share: float,
    outer: Reader | None,
) -> bool:  # fmt: skip
    """Whether what is inside says more than what can be read from the outside."""
    if found is None or (found.format in _ANYTHING and outer is not None):
        return False
    if envelope.kind == "json" and found.role == "application":
        # An application's own records have messages that look like many things.
        return not any(_LEVELS.search(line) for line in lines[:20])
    return outer is None or outer.role == "system" or share >= outer.share - _MARGIN


def merged(outer: Header, inner: Header) -> Header:
    """Of two envelopes the inner one's words, but the outer one's time."""
    return Header(
        outer.at or inner.at, *(b or a for a, b in zip(outer[1:], inner[1:], strict=True))
    )


def unwrapped(
    lines: Sequence[str], envelope: Envelope
) -> tuple[list[str], list[Header], float] | None:
    """What is inside of an envelope that most lines have: its lines, and their headers."""
    texts = list(_entries(lines)) if envelope.kind == "export" else lines
    opens = opener(envelope)
    opened = [one for one in map(opens, texts) if one is not None]
    if not opened or len(opened) <= _LEAST * len(texts):
        return None
    inner: list[str] = []
    headers: list[Header] = []
    going_on = False
    for one in opened:
        if going_on:
            inner[-1] += one.inner
        else:
            inner += one.inner.split("\n")
            headers += [one.header] * (len(inner) - len(headers))
        going_on = one.partial
    solid = [i for i, line in enumerate(inner) if line.strip()]
    if not solid:
        return None
    return [inner[i] for i in solid], [headers[i] for i in solid], len(opened) / len(texts)


def _entries(lines: Sequence[str]) -> Iterator[str]:
    """Entries of the journal's export, as Latin-1; the last one may have been cut off."""
    if not lines or not lines[0].startswith(ENTRY):
        return
    entry: list[str] = []
    for line in (*lines, ENTRY):
        if line.startswith(ENTRY) and entry:
            yield "\n".join(entry).encode().decode("latin-1")
            entry = []
        entry.append(line)
