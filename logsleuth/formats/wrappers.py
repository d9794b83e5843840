"""Lines without the header that a syslog daemon puts before them, and readers of such lines."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import times
from logsleuth.formats.headers import HEADERS
from logsleuth.formats.reader import WRAPPED_PROGRAM, WRAPPED_TIME, BoundField, BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import Reader, Wrapper

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
    return replace(
        timed(reader, written or ("",), "syslog"),
        wrapper=name,
        starts=_behind(HEADERS[name], reader.starts),
        leads=_behind(HEADERS[name], reader.leads),
    )


def timed(
    reader: Reader, written: Sequence[str], otherwise: str = "", told: Sequence[BoundField] = ()
) -> Reader:
    """Give the header's time to shapes without one, and a last shape to what none of them reads.

    `written` are times of headers, `otherwise` their layout where they are in none that is known;
    `told` are more fields of the last shape.
    """
    found = times.recognise(written[:60])
    own = any(f.column == "ts" for shape in reader.shapes for f in shape.fields)
    layout = found.name if found else otherwise
    if own and found and found.stated and not reader.zone_stated and layout.startswith("iso"):
        # Both clocks are then read as the wall shows them: one shift fits the whole file.
        layout = "iso-wall"
    header = (BoundField("ts", "time", (WRAPPED_TIME,), layout),) if layout else ()
    rest = BoundShape(
        kind="pattern",
        pattern=r"^(?P<message>.*)$",
        fields=(
            *header,
            BoundField("message", "message", ("message",)),
            BoundField("logger", "text", (WRAPPED_PROGRAM,)),
            *told,
        ),
    )
    shapes = [_timed(shape, header) for shape in reader.shapes]
    return replace(
        reader,
        shapes=(*shapes, rest),
        zone_stated=reader.zone_stated if own else bool(found and found.stated),
        step_s=reader.step_s if own or found is None else found.step_s,
    )


def _timed(shape: BoundShape, header: tuple[BoundField, ...]) -> BoundShape:
    if any(f.column == "ts" for f in shape.fields):
        return shape
    return replace(shape, fields=(*header, *shape.fields))


def _behind(header: str, pattern: str | None) -> str | None:
    """A pattern for the start of an inner line, as one for whole lines."""
    if pattern is None or not pattern.startswith("^"):
        return pattern
    unnamed = re.sub(r"\(\?P<\w+>", "(?:", header)
    return f"(?:{unnamed})(?:{pattern.removeprefix('^')})"
