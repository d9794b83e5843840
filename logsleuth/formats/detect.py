"""Which format a file is in: every format reads a sample of its lines, the best account wins."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import cells, keyed, layout, names, times
from logsleuth.formats.csv import pattern as csv_pattern
from logsleuth.formats.reader import BoundField, BoundShape, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.formats.keyed import Keyed
    from logsleuth.formats.reader import Token
    from logsleuth.formats.spec import Format, Shape

# A format must account for this share of the sampled lines, or the file is in none.
_LEAST: Final = 0.5
_SAMPLE: Final = 240
_SYSLOG: Final = re.compile(
    r"^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) "
    r"(\S+) ([^\s\[:]+)(?:\[(\d+)\])?: (.*)$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A format string found in a configuration of the same evidence."""

    format: str
    layout: str


def sample(text: str) -> list[str]:
    """Take non-blank lines from all over a text, at most a few hundred."""
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    if len(lines) <= _SAMPLE:
        return lines
    head, rest = lines[: _SAMPLE // 2], lines[_SAMPLE // 2 :]
    step = max(1, len(rest) // (_SAMPLE // 2))
    return head + rest[::step][: _SAMPLE // 2]


def detect(
    lines: Sequence[str], formats: Sequence[Format], hints: Sequence[Hint] = ()
) -> Reader | None:
    """Return the reader that accounts for most of the sampled lines, None if none does for half.

    Lines behind a syslog header are looked at without it; the header then is the wrapper.
    """
    if not lines:
        return None
    best = _best(lines, formats, hints)
    inner = [match[4] for match in map(_SYSLOG.match, lines) if match]
    if len(inner) > 0.6 * len(lines):
        wrapped = _best(inner, formats, hints)
        if wrapped and (best is None or wrapped.share >= best.share - 0.2):
            return replace(wrapped, wrapper="syslog")
    return best


def _best(
    lines: Sequence[str], formats: Sequence[Format], hints: Sequence[Hint]
) -> Reader | None:
    ranked = [
        (round(reader.share, 1), spec.priority, reader.share, -index, reader)
        for index, spec in enumerate(formats)
        for reader in _claims(lines, spec, hints)
        if reader.share >= _LEAST
    ]
    return max(ranked, key=lambda item: item[:4])[4] if ranked else None


def _claims(lines: Sequence[str], spec: Format, hints: Sequence[Hint]) -> Iterator[Reader]:
    kinds = {shape.kind for shape in spec.shapes}
    if "layout" in kinds:
        yield from _by_layout(lines, spec, hints)
    if "json" in kinds and lines[0].lstrip()[:1] == "{":
        yield from _by_keys(lines, spec, "json", *keyed.json_values(lines))
    if "pairs" in kinds:
        yield from _by_keys(lines, spec, "pairs", *keyed.pair_values(lines))
    if "pattern" in kinds or "csv" in kinds:
        yield from _by_pattern(lines, spec)


def _reader(
    spec: Format, shapes: Sequence[BoundShape], share: float, described: str = ""
) -> Reader:
    layouts = [
        times.BY_NAME[f.time_layout]
        for shape in shapes
        for f in shape.fields
        if f.type == "time" and f.time_layout
    ]
    return Reader(
        format=spec.name,
        role=spec.role,
        stamps=spec.stamps,
        shapes=tuple(shapes),
        starts=spec.starts,
        leads=spec.leads,
        zone_stated=bool(layouts) and layouts[0].stated,
        step_s=layouts[0].step_s if layouts else 1.0,
        mines=spec.mines,
        share=share,
        described=described,
    )


# Layouts: nginx and what writes like it.


def _by_layout(lines: Sequence[str], spec: Format, hints: Sequence[Hint]) -> Iterator[Reader]:
    shape = next(s for s in spec.shapes if s.kind == "layout")
    told = [layout.tokens(hint.layout) for hint in hints if hint.format == spec.name]
    known = [layout.tokens(s.layout) for s in spec.shapes if s.kind == "layout" and s.layout]
    found = cells.infer(lines)
    for tokens in (*told, *known, *([found] if found else [])):
        if tokens and tokens[0].text.startswith("{"):
            continue
        reader = _layout_reader(lines, spec, shape, tokens)
        if reader is not None:
            yield reader


def _layout_reader(
    lines: Sequence[str], spec: Format, shape: Shape, tokens: Sequence[Token]
) -> Reader | None:
    pattern = layout.pattern(tokens)
    matches = [m for m in map(re.compile(pattern, re.DOTALL).match, lines) if m]
    variables = {t.text for t in tokens if t.variable}
    literal = "".join(t.text for t in tokens if not t.variable)
    if not matches or not _permitted(spec, variables, literal):
        return None
    values = {v: [m[v] for m in matches[:60]] for v in variables}
    bound = BoundShape(
        kind="layout",
        fields=tuple(_variables(shape, values)),
        tokens=tuple(tokens),
        pattern=pattern,
        constants=shape.constants,
    )
    return _reader(spec, [bound], len(matches) / len(lines), layout.text(tokens))


def _permitted(spec: Format, variables: set[str], literal: str = "") -> bool:
    """Whether the lines have what the format requires, and aren't an application's words."""
    if any(re.search(rf"(?:^|\s){key}=", literal) for key in ("level", "msg", "lvl")):
        return False
    return all(any(name in variables for name in group) for group in spec.requires)


def _variables(shape: Shape, values: Mapping[str, Sequence[str]]) -> Iterator[BoundField]:
    for field in shape.fields:
        present = [name for name in field.sources if name in values]
        if field.type == "time":
            for name in present:
                found = times.recognise(values[name])
                if found is not None:
                    yield BoundField(field.column, "time", (name,), found.name)
                    break
        elif present:
            yield BoundField(field.column, field.type, tuple(present))


# Keyed lines: JSON and key=value.


def _by_keys(
    lines: Sequence[str], spec: Format, kind: str, values: Keyed, count: int
) -> Iterator[Reader]:
    if not count:
        return
    shape = next(s for s in spec.shapes if s.kind == kind)
    spelled = {keyed.spelled(key).lower() for key in values}
    named: dict[str, str] = {}
    if any(s.kind == "layout" for s in spec.shapes):
        named = names.key_variables(values)
        spelled |= set(named.values())
    if not all(any(name.lower() in spelled for name in group) for group in spec.requires):
        return
    bound = _named(shape, values, named) if named else keyed.bind(spec, shape, values)
    described = " ".join(sorted(keyed.spelled(key) for key in values)[:40])
    yield _reader(spec, [bound], count / len(lines), described)


def _named(shape: Shape, values: Keyed, named: Mapping[str, str]) -> BoundShape:
    """Bind a balancer's JSON: its keys are named as variables first."""
    by_variable = {variable: key for key, variable in named.items()}
    present = {variable: values[key] for variable, key in by_variable.items()}
    fields = tuple(
        replace(f, sources=tuple(by_variable[name] for name in f.sources))
        for f in _variables(shape, present)
    )
    kind = "json" if shape.kind == "json" else "pairs"
    return BoundShape(kind=kind, fields=fields, constants=shape.constants)


# Patterns: one regular expression a shape, records may have several lines.


def _by_pattern(lines: Sequence[str], spec: Format) -> Iterator[Reader]:
    records = _records(lines, spec)
    shapes = [
        (s, re.compile(_whole(s), re.DOTALL)) for s in spec.shapes if s.kind in {"pattern", "csv"}
    ]
    matched: dict[str, list[re.Match[str]]] = {s.name: [] for s, _ in shapes}
    read = 0
    for record in records:
        for shape, pattern in shapes:
            match = pattern.match(record)
            if match:
                matched[shape.name].append(match)
                read += record.count("\n") + 1
                break
    bound = [_pattern_shape(s, matched[s.name]) for s, _ in shapes]
    if read and any(matched.values()):
        yield _reader(spec, bound, read / len(lines))


def _whole(shape: Shape) -> str:
    return csv_pattern(shape.columns) if shape.kind == "csv" else shape.pattern


def _records(lines: Sequence[str], spec: Format) -> list[str]:
    if spec.starts is None:
        return list(lines)
    starts, leads = re.compile(spec.starts), re.compile(spec.leads or r"(?!)")
    records: list[str] = []
    led = False
    for line in lines:
        if starts.search(line) and not led:
            records.append(line)
        elif records:
            records[-1] += "\n" + line
        led = leads.search(line) is not None
    return records


def _pattern_shape(shape: Shape, matches: Sequence[re.Match[str]]) -> BoundShape:
    pattern = _whole(shape)
    groups = re.compile(pattern, re.DOTALL).groupindex
    fields: list[BoundField] = []
    for field in shape.fields:
        present = tuple(name for name in field.sources if name in groups)
        if not present:
            continue
        if field.type == "time":
            texts = [m[present[0]].strip('"') for m in matches[:60] if m[present[0]]]
            found = times.recognise(texts)
            name = found.name if found else "iso-local"
            fields.append(BoundField(field.column, "time", present, name))
        else:
            fields.append(BoundField(field.column, field.type, present))
    return BoundShape(
        kind="csv" if shape.kind == "csv" else "pattern",
        fields=tuple(fields),
        pattern=pattern,
        constants=shape.constants,
    )
