"""Binds the fields of a format to the keys that the JSON or key=value lines of a file have."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from logsleuth.formats import cells, claim, names, syntaxes, times
from logsleuth.formats.layout import NESTED
from logsleuth.formats.reader import BoundField, BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Format, Shape

_PAIR: Final = re.compile(r'(?<!\S)([A-Za-z_@][\w.\-@]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s|$)')
# The step to a list's first value: headers are lists of mostly one.
FIRST: Final = "\x1e"
# What may stand around an object that is one of a list.
LISTED: Final = " \t\r\n,[]"
# Stands for the first of a list of objects: an exporter's batch has its records in such.
ELEMENT: Final = "\x1e0"
# Keys beyond these are rare words or an attack.
_WORDS: Final = frozenset({"level", "lvl", "severity", "levelname", "msg", "message", "logger"})
_MOST_KEYS: Final = 400
# Samples whose values are kept: of a file's lines, and of what is inside them.
_SAMPLES: Final = 4

# What only errors have: a file may well begin without any.
_LATE: Final = "detail"
_LATE_PAIRS: Final = frozenset({"error", "err"})

Keyed = dict[str, list[str]]

# Where fewer of the lines are objects, the objects may have several lines.
_HALF: Final = 0.5
# What the values of a type look like; a key with other values only is another thing.
_FITS: Final[Mapping[str, str]] = {
    "status": r"[1-5]\d\d",
    "integer": r"-?\d+",
    "bytes": r"\+?\d+(?:\.0)?",
    "seconds": r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?",
    "milliseconds": r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?",
    "microseconds": r"-?\d+(?:\.\d+)?",
    "nanoseconds": r"-?\d+(?:\.\d+)?",
    "duration": r"\d+(?:\.\d+)?(?:[eE]-?\d+)? ?(?:[a-zµμ]{0,12}|m[\d.]+s)",
    "method": r"[A-Za-z]{3,17}",
    "url": r"/.*|[a-z][a-z0-9+.-]*://.*",
    "address": r"[\w.:\[\]%, -]+",
    "request": r"[A-Z]{3,17} \S.*",
}


def claims(
    lines: Sequence[str], spec: Format, kind: Literal["json", "pairs"], told: Sequence[str]
) -> Iterator[Reader]:
    """Yield the reader of a format whose keys the lines have, if they have those it requires.

    `told` are format strings from a configuration: they name the keys of a balancer's JSON.
    """
    starts = spec.starts
    values, count = json_values(lines) if kind == "json" else pair_values(lines)
    if kind == "json" and (starts or count < _HALF * len(lines)):
        begins = _begins(lines)
        values, count = json_values(_objects(lines, begins))
        starts = starts or begins
    if not count:
        return
    of_kind = [s for s in spec.shapes if s.kind == kind]
    spelt = {spelled(key).lower() for key in values}
    named: dict[str, str] = {}
    if any(s.kind == "layout" for s in spec.shapes):
        named = _variables(values, told, spec.syntax)
        # What has a level and a message was written by an application, not by a balancer.
        guessed = spec.syntax == syntaxes.GUESSED
        if guessed and _WORDS & spelt and "upstream_addr" not in named.values():
            return
        spelt |= set(named.values())
    # Of keys that a configuration names a time is enough.
    groups = spec.requires[:1] if named and spec.syntax != syntaxes.GUESSED else spec.requires
    if not all(any(name.lower() in spelt for name in group) for group in groups):
        return
    closed = spec.role == "database"
    shapes = [
        _named(s, values, named) if named else bind(s, values, closed=closed) for s in of_kind
    ]
    if kind == "pairs" and not named:
        shapes = [split for bound in shapes for split in (*_split(lines, bound), bound)]
    described = " ".join(sorted(spelled(key) for key in values)[:40])
    reader = claim.reader(spec, shapes, count / len(lines), described)
    yield replace(reader, starts=starts)


def json_values(lines: Sequence[str]) -> tuple[Keyed, int]:
    """Flatten sampled JSON: values by dotted key, and how many lines the objects have.

    Every format asks the same of the same sample, so the answer is shared: it isn't to be changed.
    """
    return _json_values(tuple(lines))


@lru_cache(maxsize=_SAMPLES)
def _json_values(lines: tuple[str, ...]) -> tuple[Keyed, int]:
    found: Keyed = defaultdict(list)
    count = 0
    for line in lines:
        text = line.strip(LISTED)
        if not text.startswith("{"):
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict):
            continue
        count += line.count("\n") + 1
        for key, value in _flat("", record):
            if key in found or len(found) < _MOST_KEYS:
                found[key].append(value)
    return dict(found), count


def mostly_objects(lines: Sequence[str]) -> bool:
    """Whether at least half of the lines are JSON objects."""
    return json_values([line for line in lines if line[:1] == "{"])[1] >= _HALF * len(lines)


def _flat(prefix: str, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{prefix}{NESTED}{key}" if prefix else key
        if isinstance(value, dict):
            yield from _flat(name, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _flat(f"{name}{NESTED}{ELEMENT}", value[0])
        elif value is None:
            yield name, ""
        elif isinstance(value, list):
            if len(value) == 1 and isinstance(value[0], str):
                yield f"{name}{NESTED}{FIRST}", value[0]
        else:
            yield name, value if isinstance(value, str) else json.dumps(value)


def pair_values(lines: Sequence[str]) -> tuple[Keyed, int]:
    """Collect the values of sampled key=value lines, and how many lines are such, to be shared."""
    return _pair_values(tuple(lines))


@lru_cache(maxsize=_SAMPLES)
def _pair_values(lines: tuple[str, ...]) -> tuple[Keyed, int]:
    found: Keyed = defaultdict(list)
    count = 0
    for line in lines:
        pairs = _PAIR.findall(line)
        if len(pairs) < 2 or not _PAIR.match(line):
            continue
        count += 1
        for key, quoted, bare in pairs:
            if key in found or len(found) < _MOST_KEYS:
                found[key].append(quoted or bare)
    return dict(found), count


def spelled(key: str) -> str:
    """Write a flattened key with dots, as format files and people do."""
    return key.removesuffix(NESTED + FIRST).replace(ELEMENT, "0").replace(NESTED, ".")


def bind(shape: Shape, keyed: Keyed, *, closed: bool = False) -> BoundShape:
    """Choose for each field the candidate keys that the lines have, in the format's order.

    With `closed`, the format names keys of one server: those that the sampled lines lack may well
    come later.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in keyed:
        # GELF's additional fields have an underscore in front.
        by_name[spelled(key).lower().removeprefix("_")].append(key)
    bound: list[BoundField] = []
    dotted = any("." in key for key in keyed)
    for field in shape.fields:
        timed = field.type in {"time", "date-time"}
        late = field.column == _LATE or (closed and shape.kind == "json" and not timed)
        present = [
            key
            for name in field.sources
            for key in by_name.get(name.lower()) or _absent(name, shape.kind, late, dotted)
        ]
        if timed:
            together = field.type == "date-time"
            bound += (_together if together else _times)(field.column, present, keyed)
            continue
        present = [k for k in present if k not in keyed or _fits(field.type, keyed[k])]
        if field.type == "duration":
            bound += (BoundField(field.column, _unit(keyed.get(k, ())), (k,)) for k in present)
        elif present:
            bound.append(BoundField(field.column, field.type, tuple(present)))
    return _keyed(shape, tuple(bound), {name: keys[0] for name, keys in by_name.items()})


def _keyed(shape: Shape, fields: tuple[BoundField, ...], keys: Mapping[str, str]) -> BoundShape:
    when = tuple((keys.get(name.lower(), name), text) for name, text in sorted(shape.when.items()))
    return BoundShape(kind=shape.kind, fields=fields, constants=shape.constants, when=when)


def _absent(name: str, kind: str, late: bool, dotted: bool) -> list[str]:
    """A key that the first lines of a file didn't have; in pairs each costs a look at every line.

    In JSON it is looked for in nested objects, and where a file has such keys with dots in it.
    """
    if not late:
        return []
    if kind == "pairs":
        return [name] if name in _LATE_PAIRS else []
    nested = name.replace(".", NESTED)
    return [nested, name] if dotted and nested != name else [nested]


def _fits(kind: str, values: Sequence[str]) -> bool:
    """Whether some of the values look like the type's; a status that is a word is another's."""
    shape = _FITS.get(kind)
    return shape is None or any(re.fullmatch(shape, value, re.DOTALL) for value in values)


def _unit(values: Sequence[str]) -> str:
    """The unit of durations whose keys and values say none, from how large they are.

    Whole numbers are rarely seconds; a median of over ten can't be those of requests.
    """
    numbers = sorted(float(v) for v in values if re.fullmatch(_FITS["seconds"], v))
    if len(numbers) <= _HALF * len(values):
        return "duration"
    median = numbers[len(numbers) // 2]
    if any("." in value for value in values):
        return "seconds" if median < 1 else "milliseconds"
    if median >= 1e6:
        return "nanoseconds"
    return "microseconds" if median >= 1e5 else "milliseconds"


def _begins(lines: Sequence[str]) -> str:
    """How the first line of an object begins that is written on several; in a list, indented."""
    listed = len(lines) > 1 and lines[0].strip() == "["
    indent = lines[1][: len(lines[1]) - len(lines[1].lstrip(" \t"))] if listed else ""
    return f"^{indent}\\{{"


def _objects(lines: Sequence[str], begins: str) -> list[str]:
    """Join the lines of objects that are written on several."""
    starts = re.compile(begins)
    found: list[list[str]] = []
    for line in lines:
        if starts.match(line):
            found.append([line])
        elif found:
            found[-1].append(line)
    return ["\n".join(record) for record in found]


def _times(column: str, present: Sequence[str], keyed: Keyed) -> Iterator[BoundField]:
    """The candidate keys whose values can be read as a time, the finer ones first."""
    layouts = [(key, times.recognise(keyed[key][:50])) for key in present]
    known = sorted(
        ((key, layout) for key, layout in layouts if layout is not None),
        key=lambda pair: _step(keyed[pair[0]]),
    )
    for key, found in known[:2]:
        yield BoundField(column, "time", (key,), found.name)


def _together(column: str, present: Sequence[str], keyed: Keyed) -> Iterator[BoundField]:
    """A date and a time that have a key each."""
    if len(present) == 2:
        texts = [
            " ".join(pair) for pair in zip(*(keyed[key][:50] for key in present), strict=False)
        ]
        found = times.recognise(texts)
        if found is not None:
            yield BoundField(column, "date-time", tuple(present), found.name)


def _step(values: Sequence[str]) -> float:
    """How coarse written times are: 1 for whole seconds, 0 for fractions."""
    finer = any(re.search(r"[.,]\d", v) or re.fullmatch(r"\d{13,19}", v) for v in values[:50])
    return 0.0 if finer else 1.0


# A balancer's keys stand for variables.


def _variables(values: Keyed, told: Sequence[str], syntax: str) -> dict[str, str]:
    """From key to variable: as a configuration tells them, or by their names and values."""
    for text in told:
        pairs = syntaxes.json_variables(syntax, text)
        if pairs and len(pairs.keys() & values.keys()) >= 0.8 * len(pairs):
            return {key: variable for key, variable in pairs.items() if key in values}
    return names.key_variables(values) if syntax == syntaxes.GUESSED else {}


def _named(shape: Shape, values: Keyed, named: Mapping[str, str]) -> BoundShape:
    by_variable = {variable: key for key, variable in named.items()}
    present = {variable: values[key] for variable, key in by_variable.items()}
    fields = tuple(
        replace(f, sources=tuple(by_variable[name] for name in f.sources))
        for f in claim.bind(shape, present)
    )
    return _keyed(shape, fields, {})


# Lines of pairs that mostly have the same keys are split at quotes and spaces, which is faster.


def _split(lines: Sequence[str], bound: BoundShape) -> Iterator[BoundShape]:
    for keys, tokens in cells.keyed(lines):
        variables = {key: f"v{index}" for index, key in enumerate(keys)}
        fields = tuple(
            replace(field, sources=present)
            for field in bound.fields
            if (present := tuple(variables[key] for key in field.sources if key in variables))
        )
        if any(field.column == "ts" for field in fields):
            yield BoundShape(kind="layout", fields=fields, tokens=tokens, constants=bound.constants)
