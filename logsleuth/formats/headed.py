"""Binds the fields of a format to the columns that a line of the file itself names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import bind_patterns, claim, times
from logsleuth.formats.csv import spaced_pattern
from logsleuth.formats.reader import TOLD_DATE, BoundField, BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Field, Format, Shape

# Of as many lines the way of writing the time is told.
_LOOKED_AT: Final = 100
_ISO: Final = times.BY_NAME["iso-local"]
_QUOTED: Final = re.compile(r'(?:^|[ \t])"')
_CELL: Final = re.compile(r'"((?:[^"]|"")*)"(?=[ \t]|$)|([^ \t]+)')


def claims(lines: Sequence[str], spec: Format) -> Iterator[Reader]:
    """Yield the reader of lines below directives that name their columns, as the format requires.

    Lines that fit no columns named above them are left to the patterns of the format: a rotated
    file begins without the directives.
    """
    directive = re.compile(spec.directives or "")
    shape = next(s for s in spec.shapes if s.kind == "columns")
    below: dict[str, list[str]] = {}
    left: list[str] = []
    names, told = "", 0
    for line in lines:
        match = directive.match(line)
        if match is not None:
            told += 1
            names = match["names"] or names
            below.setdefault(names, [])
        elif names and len(_cells(line)) == len(columns(names)):
            below[names].append(line)
        else:
            left.append(line)
    below = {named: own for named, own in below.items() if _required(spec, named)}
    shapes = [one for named, own in below.items() for one in bind(shape, named, own[:_LOOKED_AT])]
    rest = next(bind_patterns.claims(left, spec), None) if left else None
    if not shapes and rest is None:
        return
    read = sum(len(own) for own in below.values()) + (told if shapes else 0)
    read += round(rest.share * len(left)) if rest else 0
    others = rest.shapes if rest else [bind_patterns.bound(s) for s in spec.shapes if s.pattern]
    reader = claim.reader(spec, [*shapes, *others], read / len(lines), " ".join(below))
    yield replace(reader, directives=spec.directives, headed=shape)


def columns(names: str) -> list[str]:
    """The names of columns as a directive lists them."""
    return names.split()


def bind(shape: Shape, names: str, lines: Sequence[str] = ()) -> list[BoundShape]:
    """Return the ways to read the lines below a directive: split, and taken apart with quotes.

    Some of the lines tell how they write the time; without any it is taken for ISO 8601. A date
    may stand in a directive of its own.
    """
    places: dict[str, str] = {}
    for index, name in enumerate(columns(names), 1):
        places.setdefault(name.lower(), str(index))
    rows = [_cells(line) for line in lines]
    fields = tuple(one for field in shape.fields for one in _field(field, places, rows))
    if not any(field.column == "ts" for field in fields):
        return []
    split = BoundShape(
        kind="columns", fields=fields, names=names, count=len(columns(names)),
        constants=shape.constants,
    )  # fmt: skip
    apart = replace(
        split,
        kind="csv",
        pattern=spaced_pattern([f"c{index}" for index in range(1, split.count + 1)]),
        fields=tuple(replace(f, sources=tuple(map(_group, f.sources))) for f in fields),
    )
    quotes = any(_QUOTED.search(line) for line in lines)
    return [apart, split] if quotes else [split, apart]


def _group(place: str) -> str:
    return place if place == TOLD_DATE else f"c{place}"


def _field(
    field: Field, places: dict[str, str], rows: Sequence[Sequence[str]]
) -> Iterator[BoundField]:
    present = [places[name.lower()] for name in field.sources if name.lower() in places]
    if field.type == "date-time":
        if places.get(field.sources[-1].lower()) not in present:
            return
        if len(present) < len(field.sources):
            present = [TOLD_DATE, *present]
        texts = [_joined(present, row) for row in rows]
        joined = times.recognise(texts) or _ISO
        yield BoundField(field.column, field.type, tuple(present), joined.name)
    elif field.type == "time":
        for place in present:
            found = times.recognise([row[int(place) - 1] for row in rows]) or _ISO
            yield BoundField(field.column, field.type, (place,), found.name)
    elif present:
        yield BoundField(field.column, field.type, tuple(present))


def _joined(places: Sequence[str], row: Sequence[str]) -> str:
    return " ".join("2000-01-01" if p == TOLD_DATE else row[int(p) - 1] for p in places)


def _required(spec: Format, names: str) -> bool:
    lowered = {name.lower() for name in columns(names)}
    return all(any(name.lower() in lowered for name in group) for group in spec.requires)


def _cells(line: str) -> list[str]:
    """The values of a line; quoted ones may hold spaces, and between tabs all may."""
    if "\t" in line:
        return line.split("\t")
    return [quoted or bare for quoted, bare in _CELL.findall(line)]
