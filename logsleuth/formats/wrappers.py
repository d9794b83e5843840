"""What a syslog daemon puts before a line: its headers, and the lines without them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import times
from logsleuth.formats.reader import WRAPPED_PROGRAM, WRAPPED_TIME, BoundField, BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.formats.reader import Reader, Wrapper

# RFC 3164 and RFC 5424, the latter's structured data skipped. HAProxy sends no host by default.
HEADERS: Final[Mapping[Wrapper, str]] = {
    "syslog": (
        r"^(?:<\d{1,3}>)?(?P<at>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
        r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) "
        r"(?:(?P<host>[^\s\[]*[^\s\[:]) )?(?P<program>[^\s\[:]+)(?:\[(?P<pid>[^\]\s]*)\])?: ?"
    ),
    "syslog-5424": (
        r"^(?:<\d{1,3}>)?1 (?P<at>\d{4}-\S+|-) (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ "
        r"(?:-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: |$)"
    ),
}
# Fewer lines than this share behind a header, and the file isn't a syslog daemon's.
_LEAST: Final = 0.6


def unwrapped(lines: Sequence[str]) -> Iterator[tuple[Wrapper, list[str], list[str]]]:
    """Give for each wrapper that most lines have its name, the lines inside, and its times."""
    for name, header in HEADERS.items():
        pattern = re.compile(header)
        matches = [(line, match) for line in lines if (match := pattern.match(line))]
        if len(matches) > _LEAST * len(lines):
            inner = [line[match.end() :] for line, match in matches]
            yield name, inner, [match["at"] for _, match in matches]


def wrap(reader: Reader, name: Wrapper, written: Sequence[str]) -> Reader:
    """Tell a reader of inner lines that a header stands before each.

    Shapes without a time of their own take the header's, and a last shape takes the lines of
    other programs in the same file.
    """
    found = times.recognise(written[:60])
    own = any(f.column == "ts" for shape in reader.shapes for f in shape.fields)
    layout = found.name if found else "syslog"
    if own and found and found.stated and not reader.zone_stated:
        # Both clocks are then read as the wall shows them: one shift fits the whole file.
        layout = "iso-wall"
    header = BoundField("ts", "time", (WRAPPED_TIME,), layout)
    shapes = [_timed(shape, header) for shape in reader.shapes]
    rest = BoundShape(
        kind="pattern",
        pattern=r"^(?P<message>.*)$",
        fields=(
            header,
            BoundField("message", "message", ("message",)),
            BoundField("logger", "text", (WRAPPED_PROGRAM,)),
        ),
    )
    return replace(
        reader,
        wrapper=name,
        shapes=(*shapes, rest),
        starts=_behind(HEADERS[name], reader.starts),
        leads=_behind(HEADERS[name], reader.leads),
        zone_stated=reader.zone_stated if own else bool(found and found.stated),
        step_s=reader.step_s if own or found is None else found.step_s,
    )


def _timed(shape: BoundShape, header: BoundField) -> BoundShape:
    if any(f.column == "ts" for f in shape.fields):
        return shape
    return replace(shape, fields=(header, *shape.fields))


def _behind(header: str, pattern: str | None) -> str | None:
    """A pattern for the start of an inner line, as one for whole lines."""
    if pattern is None or not pattern.startswith("^"):
        return pattern
    unnamed = re.sub(r"\(\?P<\w+>", "(?:", header)
    return f"(?:{unnamed})(?:{pattern.removeprefix('^')})"
