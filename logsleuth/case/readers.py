"""Compiles a bound reader to the SQL that parses a batch of lines, one query a shape."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from logsleuth.case import columns, headers, tables
from logsleuth.case.cuts import compile_rows, marked, trimmed
from logsleuth.case.stages import Stages
from logsleuth.case.texts import quoted, unnamed, whole, without_end
from logsleuth.case.values import read_value
from logsleuth.formats import headed, mining
from logsleuth.formats.headers import HEADERS
from logsleuth.formats.reader import TOLD_DATE, WRAPPED_LEVEL, WRAPPED_PROGRAM, WRAPPED_TIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.case.cuts import Cuts
    from logsleuth.formats.reader import BoundField, BoundShape, Reader

_KEPT: Final = ("line", "byte_offset", "byte_length")
# Types that are read from all their texts together, with spaces between them.
_TOGETHER: Final = frozenset(
    {"process", "session", "command", "date-time", "seconds-sum", "seconds-between"}
)
_MARK: Final = 0xFEFF
_HEADER: Final = {
    WRAPPED_TIME: "nullif(wrapped.at, '')",
    WRAPPED_PROGRAM: "nullif(wrapped.program, '')",
    TOLD_DATE: "nullif(wrapped.date, '')",
    WRAPPED_LEVEL: "nullif(wrapped.level, '')",
}
# Columns that are looked for in the words of a message even where others of the file have a field.
_OF_REQUEST: Final = frozenset({"method", "path", "query"})


def compile_reader(reader: Reader) -> tuple[str, ...]:
    """Return an insert into a table of records for each shape of a reader, in the order to try.

    Each reads the relation `batch` (line, byte_offset, byte_length, text) and inserts the lines
    that its shape accounts for; `$source_id` is to be bound.
    """
    queries: list[str] = []
    for shape in reader.shapes:
        if shape.kind == "layout":
            fast = _split(shape)
            if fast is not None:
                queries.append(_insert(reader, shape, *fast))
            if not shape.pattern:
                continue
        queries.append(_insert(reader, shape, *whole(shape)))
    return tuple(queries)


def compile_below(reader: Reader, names: str) -> tuple[str, ...]:
    """The same for lines below a directive that names their columns, none where it is empty.

    What doesn't fit the columns is tried with the shapes that need none.
    """
    assert reader.headed is not None  # noqa: S101
    known = [shape for shape in reader.shapes if shape.names == names]
    if names and not known:
        known = headed.bind(reader.headed, names)
    rest = [shape for shape in reader.shapes if not (names and shape.names)]
    others = [shape for shape in rest if shape not in known]
    return compile_reader(replace(reader, shapes=(*known, *others)))


def compile_cut(reader: Reader) -> Iterator[tuple[Cuts, str]]:
    """Yield ways to cut records of the first shape, each with the insert of those that were cut.

    It reads the relation `batch` (line, byte_offset, byte_length, and the parts of the cuts) and is
    as strict as the queries for whole lines, which are to be tried on what it leaves.
    """
    shape = reader.shapes[0]
    if reader.directives or reader.marked or shape.names or reader.envelopes:
        return
    if shape.kind == "csv":
        found = _rows(reader, shape)
    elif reader.starts:
        return
    else:
        layouts = (shape.tokens,) if shape.kind == "layout" else shape.usual
        found = (cuts for tokens in layouts for cuts in headers.cuts(reader.wrapper, shape, tokens))
    for cuts in found:
        held = " and ".join(["true", *cuts.conditions])
        yield cuts, _insert(reader, shape, _parsed(cuts, shape), cuts.texts, held, cuts.kinds)


def _rows(reader: Reader, shape: BoundShape) -> Iterator[Cuts]:
    """Rows of CSV: newer versions of a program append columns."""
    names = list(re.compile(shape.pattern).groupindex)
    optional = shape.pattern.count("(?:,")
    if reader.wrapper == "none":
        for missing in range(optional + 1):
            yield compile_rows(shape, names, len(names) - missing)


def _parsed(cuts: Cuts, shape: BoundShape) -> str:
    """The parts of lines with what their header tells: its time only where lines have no other."""
    header = {name: sql for name, sql in cuts.texts.items() if name.startswith(headers.WRAPPED)}
    if not any(WRAPPED_TIME in field.sources for field in shape.fields):
        header.pop(f"{headers.WRAPPED}at", None)
    if not header:
        return "parsed as (select *, null as wrapped from batch)"
    listed = ", ".join(
        f"{name.removeprefix(headers.WRAPPED)} := {sql}" for name, sql in header.items()
    )
    return f"parsed as (select *, struct_pack({listed}) as wrapped from batch)"  # noqa: S608


def _insert(
    reader: Reader,
    shape: BoundShape,
    prelude: str,
    texts: Mapping[str, str],
    holds: str,
    kinds: Mapping[str, str] | None = None,
) -> str:
    """Assemble the query; run it without filter pushdown, or it parses each line twice."""
    stages = Stages()
    values, valid = _columns(reader, shape, {**texts, **_HEADER}, stages, kinds or {})
    if shape.kind in {"json", "pairs"}:
        valid = []
    if reader.wrapper != "none":
        holds = f"{holds} and wrapped.program <> ''"
        values = _wrapped(values)
    if reader.envelopes:
        holds = f"{holds} and wrapped.opened"
        values = _enveloped(_wrapped(values))
    conditions = " and ".join([holds, *valid])
    selected = ",\n    ".join([*_KEPT, *(f"{sql} as {name}" for name, sql in values.items())])
    names = ", ".join([*_KEPT, *values])
    staged, source = stages.compile("parsed")
    return f"""insert into {tables.home(values.keys())} (source_id, {names})
with {_unwrap(reader) if kinds is None else ""}{prelude},
{staged}read as (
    select {selected},
        coalesce({conditions}, false) as accounted
    from {source}
)
select $source_id, {names} from read where accounted"""  # noqa: S608


def _unwrap(reader: Reader) -> str:
    """The CTE `unwrapped`: lines without what a syslog daemon put before them."""
    if reader.envelopes:
        return "unwrapped as (select * from batch),\n"
    text = f"ltrim(text, chr({_MARK}))" if reader.marked else "text"
    if reader.wrapper == "none":
        kept = f"line, byte_offset, byte_length, {text} as text"
        told = "struct_pack(date := dated)" if reader.directives else "null"
        return f"unwrapped as (select {kept}, {told} as wrapped from batch),\n"  # noqa: S608
    header = HEADERS[reader.wrapper]
    groups = [*re.compile(header).groupindex, "inner"]
    listed = ", ".join(quoted(name) for name in groups)
    expression = quoted(unnamed(header) + "((?s:.*))$")
    inner = "wrapped.inner"
    if reader.starts is not None:
        # Each line of a record has a header of its own.
        again = quoted(r"\n" + re.sub(r"\(\?P<\w+>", "(?:", header).removeprefix("^"))
        inner = f"regexp_replace(wrapped.inner, {again}, chr(10), 'g')"
    return f"""unwrapped as (
    select line, byte_offset, byte_length, wrapped, {inner} as text
    from (
        select line, byte_offset, byte_length,
            regexp_extract({without_end(text)}, {expression}, [{listed}]) as wrapped
        from batch
    )
),
"""  # noqa: S608


def _wrapped(values: Mapping[str, str]) -> dict[str, str]:
    """The columns of a line with those that its header tells."""
    host = "nullif(wrapped.host, '')"
    if "host" in values:
        host = f"coalesce({values['host']}, {host})"
    pid = "try_cast(regexp_extract(wrapped.pid, '([0-9]+)$', 1) as integer)"
    if "pid" in values:
        pid = f"coalesce({values['pid']}, {pid})"
    return {**values, "host": host, "pid": pid}


def _enveloped(values: Mapping[str, str]) -> dict[str, str]:
    """The columns of a line with the instance that its envelope tells."""
    told = "nullif(wrapped.instance, '')"
    return {
        **values,
        "instance": f"coalesce({values['instance']}, {told})" if "instance" in values else told,
    }


def _columns(
    reader: Reader,
    shape: BoundShape,
    texts: Mapping[str, str],
    stages: Stages,
    kinds: Mapping[str, str],
) -> tuple[dict[str, str], list[str]]:
    """Every column of a shape with its SQL, and what must hold for the line to be one."""
    found: dict[str, list[str]] = {}
    valid: list[str] = []
    written: dict[str, list[str]] = {}
    told: list[tuple[str, str]] = []
    for index, field in enumerate(shape.fields):
        text = stages.put(0, f"x{index}", _text(field, texts))
        kind = kinds.get(field.sources[0], "text")
        if kind == "uuid":
            stages.put(0, f"{text}_uuid", f"{texts[field.sources[0]].strip('()')}_uuid")
        read = (
            columns.read(field.type, field.column, text, layout=field.time_layout, year=reader.year)
            if kind == "text"
            else read_value(field.type, field.column, text)
        )
        stages.put_all(1, read.shared)
        told += read.words
        for name, sql in read.columns.items():
            found.setdefault(name, []).append(sql)
        if field.type in {"time", "date-time"} and field.sources != (WRAPPED_TIME,):
            written.setdefault(field.column, []).extend(read.columns.values())
        elif read.valid and not shape.names:
            valid.append(read.valid)
    valid += [f"{_coalesced(several)} is not null" for several in written.values()]
    values = {name: _coalesced(sql) for name, sql in found.items()}
    values |= {name: quoted(value) for name, value in shape.constants.items()}
    mined = _mined(values, stages) if reader.mines and "message" in values else {}
    if "message" in values:
        values["template_id"] = _form(values, stages, told)
    return values | mined, valid


def _text(field: BoundField, texts: Mapping[str, str]) -> str:
    sources = [texts[name] for name in field.sources]
    if field.type == "statement":
        return _with_details(field, sources)
    if field.type in _TOGETHER:
        return f"concat_ws(' ', {', '.join(sources)})"
    absent = "nullif(nullif({}, ''), '-')"
    return _coalesced([absent.format(s) for s in sources] if len(sources) > 1 else sources)


def _with_details(field: BoundField, sources: Sequence[str]) -> str:
    """PostgreSQL's message with its details, as its own stderr log writes them together."""
    details = "".join(
        f" || coalesce(chr(10) || {quoted(_word(name))} || nullif({text}, ''), '')"
        for name, text in zip(field.sources[1:], sources[1:], strict=True)
    )
    return f"({sources[0]}{details})"


def _word(key: str) -> str:
    """What stands before a detail: PostgreSQL's own word for the key that has it."""
    word = key.split("\x1f")[-1].upper()
    return ("QUERY" if word == "INTERNAL_QUERY" else word) + ":  "


def _coalesced(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"


def _form(values: Mapping[str, str], stages: Stages, known: Sequence[tuple[str, str]] = ()) -> str:
    """The hash of the message with its values masked: its template, until that is found.

    Words that are known by a condition are masked once, for DuckDB folds what is constant.
    """
    level = len(stages)
    told = f"words_of({values['message']}, {values.get('statement', 'null')})"
    if known:
        other = " and ".join(f"({condition}) is not true" for condition, _ in known)
        told = f"case when {other} then {told} end"
    words = stages.put(level, "words", told)
    hashed = "(hash(form_of({})) >> 1)::bigint"
    cases = [f"when {condition} then {hashed.format(quoted(text))}" for condition, text in known]
    return f"case {' '.join(cases)} when {words} <> '' then {hashed.format(words)} end"


def _mined(values: Mapping[str, str], stages: Stages) -> dict[str, str]:
    """Columns found in the words of the message, where the record has no field for them."""
    found: dict[str, list[str]] = {}
    level = len(stages)
    said = stages.put(level, "said", f"split_part({values['message']}, chr(10), 1)")
    for index, mined in enumerate(mining.PATTERNS):
        name = f"said{index}"
        text = f"nullif(regexp_extract({said}, {quoted(mined.pattern)}, 1), '')"
        told = columns.read(mined.type, mined.column, name)
        kept = {c: sql for c, sql in told.columns.items() if c not in values or c in _OF_REQUEST}
        if not kept:
            continue
        above = level + 1
        if mined.within:
            request = _coalesced([values[c] for c in ("path",) if c in values] + found["path"])
            text = f"case when {request} is not null then {text} end"
            above = level + 5
        elif mined.column in values:
            text = f"case when {values[mined.column]} is null then {text} end"
        stages.put(above, name, text)
        stages.put_all(above + 1, told.shared)
        for column, sql in kept.items():
            found.setdefault(column, []).append(sql)
    for column in found.keys() & values.keys():
        found[column].insert(0, values[column])
    return {column: _coalesced(sql) for column, sql in found.items()}


# Splitting: quotes first, then spaces. Three times as fast as a regular expression.


def _split(shape: BoundShape) -> tuple[str, dict[str, str], str] | None:
    """Compile a layout to splits; None where a value's end can't be told by quotes and spaces."""
    template = marked(shape.tokens)
    if template is None:
        return None
    text, variables = template
    pieces = text.split('"')
    if len(pieces) % 2 == 0:
        return None
    texts: dict[str, str] = {}
    holds = [f"len(q) = {len(pieces)}"]
    splits: list[str] = []
    for index, piece in enumerate(pieces, 1):
        source = f"q[{index}]"
        if index == len(pieces):
            source = f"({without_end(source)})"
        compiled = _piece(piece, source, f"s{index}", variables, inside=index % 2 == 0)
        if compiled is None:
            return None
        found, conditions, split = compiled
        texts = found | texts
        holds += conditions
        splits += split
    listed = "".join(f", {split}" for split in splits)
    prelude = f"""quoted as (
    select line, byte_offset, byte_length, wrapped, string_split(text, '"') as q from unwrapped
),
parsed as (select line, byte_offset, byte_length, wrapped, q{listed} from quoted)"""  # noqa: S608
    return prelude, texts, " and ".join(holds)


_Piece = tuple[dict[str, str], list[str], list[str]]


def _piece(
    piece: str, source: str, name: str, variables: Mapping[str, str], *, inside: bool
) -> _Piece | None:
    marks = [c for c in piece if c in variables]
    if not marks:
        return ({}, [f"{source} = {quoted(piece)}"], [])
    if inside and len(piece) == 1:
        return ({variables[piece]: source}, [], [])
    chunks = piece.split(" ")
    texts: dict[str, str] = {}
    holds = [f"len({name}) = {len(chunks)}"]
    for index, chunk in enumerate(chunks, 1):
        compiled = trimmed(chunk, f"{name}[{index}]", variables)
        if compiled is None:
            return None
        mark, expression, conditions = compiled
        holds += conditions
        if mark:
            texts[mark] = f"{texts[mark]} || ' ' || {expression}" if mark in texts else expression
    first: dict[str, str] = {}
    for mark, sql in texts.items():
        first.setdefault(variables[mark], f"({sql})")
    return (
        first,
        holds,
        [f"string_split({source}, ' ') as {name}"],
    )
