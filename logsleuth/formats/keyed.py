"""Binds the fields of a format to the keys that the JSON or key=value lines of a file have."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from logsleuth.formats import times
from logsleuth.formats.reader import BoundField, BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.formats.spec import Format, Shape

_PAIR: Final = re.compile(r'([A-Za-z_@][\w.\-@]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s|$)')

Keyed = dict[str, list[str]]


def json_values(lines: Sequence[str]) -> tuple[Keyed, int]:
    """Flatten sampled JSON lines: values by dotted key, and how many lines are objects."""
    found: Keyed = defaultdict(list)
    count = 0
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict):
            continue
        count += 1
        for key, value in _flat("", record):
            found[key].append(value)
    return dict(found), count


def _flat(prefix: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{prefix}\x1f{key}" if prefix else key
        if isinstance(value, dict):
            yield from _flat(name, value)
        elif isinstance(value, bool) or not isinstance(value, list | type(None)):
            yield name, value if isinstance(value, str) else json.dumps(value)
        elif value is None:
            yield name, ""


def pair_values(lines: Sequence[str]) -> tuple[Keyed, int]:
    """Collect the values of sampled key=value lines, and how many lines are such."""
    found: Keyed = defaultdict(list)
    count = 0
    for line in lines:
        pairs = _PAIR.findall(line)
        if len(pairs) < 2 or not _PAIR.match(line):
            continue
        count += 1
        for key, quoted, bare in pairs:
            found[key].append(quoted or bare)
    return dict(found), count


def spelled(key: str) -> str:
    """Write a flattened key with dots, as format files and people do."""
    return key.replace("\x1f", ".")


def bind(spec: Format, shape: Shape, keyed: Keyed) -> BoundShape:
    """Choose for each field the candidate keys that the lines have, in the format's order."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in keyed:
        by_name[spelled(key).lower()].append(key)
    bound: list[BoundField] = []
    for field in shape.fields:
        present = [k for name in field.sources for k in by_name.get(name.lower(), [])]
        if field.type == "time":
            bound += _times(field.column, present, keyed)
        elif present:
            bound.append(BoundField(field.column, field.type, _paths(shape.kind, present)))
    kind = "json" if shape.kind == "json" else "pairs"
    return BoundShape(kind=kind, fields=tuple(bound), constants=shape.constants)


def _times(column: str, present: Sequence[str], keyed: Keyed) -> Iterator[BoundField]:
    """The first candidate key whose values can be read as a time; finer ones come first."""
    layouts = [(key, times.recognise(keyed[key][:50])) for key in present]
    known = sorted(
        ((key, layout) for key, layout in layouts if layout is not None),
        key=lambda pair: _step(keyed[pair[0]]),
    )
    for key, layout in known[:1]:
        path = _paths("json", [key]) if "\x1f" in key else (key,)
        yield BoundField(column, "time", path, layout.name)


def _step(values: Sequence[str]) -> float:
    """How coarse written times are: 1 for whole seconds, less for fractions."""
    fractions = max((len(v) for v in values[:50]), default=0)
    finer = any(re.search(r"[.,]\d", v) or re.fullmatch(r"\d{13,19}", v) for v in values[:50])
    return 0.0 if finer and fractions else 1.0


def _paths(kind: str, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(keys) if kind in {"json", "pairs"} else tuple(map(spelled, keys))
