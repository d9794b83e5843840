"""Reads records by the regular expressions of a format; a record may have several lines."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import claim, syntaxes, times
from logsleuth.formats.csv import pattern as csv_pattern
from logsleuth.formats.layout import tokens
from logsleuth.formats.reader import BoundField, BoundShape
from logsleuth.formats.spec import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Field, Format, Shape

_HALF: Final = 0.5
# Of a record of many lines no more is looked at.
_LONGEST: Final = 16 << 10
# More ways of writing the time than this are an accident of the sample.
_MOST_TIMES: Final = 3


def claims(lines: Sequence[str], spec: Format, told: Sequence[str] = ()) -> Iterator[Reader]:
    """Yield the reader of a format whose shapes fit at least one record of the lines.

    Its share counts the lines of all records that a shape fits; shapes that are only fallbacks
    count for nothing, and those that follow only where most lines are of the others. `told` are
    format strings of the server that wrote the lines.
    """
    shapes = [(s, re.compile(_whole(s), re.DOTALL)) for s in _shapes(spec, told)]
    matched: dict[str, list[re.Match[str]]] = {s.name: [] for s, _ in shapes}
    never = re.compile(spec.never) if spec.never else None
    read, followed = 0, 0
    for record in records(lines, spec):
        if never and never.search(record):
            continue
        for shape, pattern in shapes:
            match = pattern.match(record)
            if match:
                matched[shape.name].append(match)
                count = record.count("\n") + 1
                read += 0 if shape.fallback or shape.follows else count
                followed += count if shape.follows else 0
                break
    read += followed if read >= _HALF * len(lines) else 0
    if read:
        if spec.alternatives:
            # Each shape that a line isn't in costs a look at it.
            shapes.sort(key=lambda pair: (pair[0].fallback, not matched[pair[0].name]))
        found = [bound(s, matched[s.name]) for s, _ in shapes]
        most, _ = max(shapes, key=lambda pair: len(matched[pair[0].name]))
        reader = claim.reader(spec, found, read / len(lines))
        yield replace(reader, stamps=most.stamps or spec.stamps)


def others(spec: Format) -> tuple[BoundShape, ...]:
    """The shapes of a format for the lines that none of its format strings reads."""
    return tuple(bound(s) for s in _shapes(spec))


def _shapes(spec: Format, told: Sequence[str] = ()) -> Iterator[Shape]:
    """The shapes of rows and patterns; those that need a format string once for each."""
    for shape in spec.shapes:
        if TOLD in shape.pattern:
            for number, text in enumerate(dict.fromkeys(told)):
                pattern = shape.pattern.replace(TOLD, syntaxes.prefix(spec.syntax, text))
                yield replace(shape, name=f"{shape.name} {number}", pattern=pattern)
        elif shape.kind in {"pattern", "csv"}:
            yield shape


def _whole(shape: Shape) -> str:
    return csv_pattern(shape.columns) if shape.kind == "csv" else shape.pattern


def records(lines: Sequence[str], spec: Format) -> list[str]:
    """Join lines to records, as the format has them start."""
    if spec.starts is None:
        return list(lines)
    starts, leads = re.compile(spec.starts), re.compile(spec.leads) if spec.leads else None
    found: list[list[str]] = []
    led = False
    for line in lines:
        if starts.search(line) and not led:
            found.append([line])
        elif found:
            found[-1].append(line)
        led = leads is not None and leads.search(line) is not None
    return ["\n".join(record)[:_LONGEST] for record in found]


def bound(shape: Shape, matches: Sequence[re.Match[str]] = ()) -> BoundShape:
    """Bind the fields of a shape; the matches tell how its times are written."""
    pattern = _whole(shape)
    groups = re.compile(pattern, re.DOTALL).groupindex
    fields: list[BoundField] = []
    for field in shape.fields:
        present = tuple(name for name in field.sources if name in groups)
        if not present:
            continue
        if field.type in {"time", "maybe-time"}:
            fields += _times(field, present, matches)
        elif field.type == "date-time":
            texts = [" ".join(m[name] for name in present) for m in matches[:200]]
            found = times.recognise(texts) or times.BY_NAME["iso-local"]
            fields.append(BoundField(field.column, field.type, present, found.name))
        else:
            fields.append(BoundField(field.column, field.type, present))
    return BoundShape(
        kind="csv" if shape.kind == "csv" else "pattern",
        fields=tuple(fields),
        pattern=pattern,
        constants=shape.constants,
        usual=tuple(tokens(layout) for layout in shape.usual),
    )


def _times(
    field: Field, present: Sequence[str], matches: Sequence[re.Match[str]]
) -> Iterator[BoundField]:
    """A field for each group and way of writing: those of one file are not always alike."""
    for name in present:
        texts = [m[name].strip('"') for m in matches[:200] if m[name]]
        usual = times.BY_NAME[field.layout or "iso-local"]
        for found in times.recognise_all(texts)[:_MOST_TIMES] or (usual,):
            yield BoundField(field.column, field.type, (name,), found.name)
