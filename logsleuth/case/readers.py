"""Compiles a bound reader to the SQL that parses a batch of lines, one query a shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.case import columns
from logsleuth.case.stages import Stages
from logsleuth.case.texts import quoted, unnamed, whole
from logsleuth.formats import headed, mining, wrappers
from logsleuth.formats.reader import TOLD_DATE, WRAPPED_PROGRAM, WRAPPED_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.formats.reader import BoundField, BoundShape, Reader, Token

_KEPT: Final = ("line", "byte_offset", "byte_length")
# What access logs tell: the columns of the narrow table.
_ACCESS: Final = frozenset(
    {
        "ts", "client", "method", "path", "query", "protocol", "status", "bytes", "duration_s",
        "server", "pool", "host", "request_uuid", "request_text", "user_agent", "referer",
        "user_name", "upstream_status", "connect_s", "header_s", "response_s", "servers",
        "upstream_statuses", "connect_times", "header_times", "response_times",
    }
)  # fmt: skip
_LISTS: Final = frozenset({"servers", "statuses", "seconds-list"})
# Types that are read from all their texts together, with spaces between them.
_TOGETHER: Final = frozenset({"process", "session", "date-time", "seconds-sum", "seconds-between"})
_MARK: Final = 0xFEFF
_HEADER: Final = {
    WRAPPED_TIME: "nullif(wrapped.at, '')",
    WRAPPED_PROGRAM: "nullif(wrapped.program, '')",
    TOLD_DATE: "nullif(wrapped.date, '')",
}
# Columns that are looked for in the words of a message even where others of the file have a field.
_OF_REQUEST: Final = frozenset({"method", "path", "query"})
# Stand for variables inside a layout that is being taken apart; no layout may hold them itself.
_FIRST_MARK: Final = 0xE000
_SPACE_MARK: Final = "\u2002"


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


@dataclass(frozen=True, slots=True)
class Quoted:
    """How the lines of a layout are read once they are split at quotes into q1, q2 ….

    `spaces` says how many spaces a piece must have, by its number from 1: nginx's lists, which
    don't stand between quotes, have more.
    """

    pieces: int
    spaces: Mapping[int, int]
    sql: str


def compile_quoted(reader: Reader) -> Quoted | None:
    """Return the insert of the first shape's lines, already split at quotes.

    It reads the relation `batch` (line, byte_offset, byte_length, q1, q2 …) and is as strict as
    the queries for whole lines, which are to be tried on what it leaves. None where the first
    shape isn't split at quotes.
    """
    shape = reader.shapes[0]
    if shape.kind != "layout" or reader.wrapper != "none" or reader.marked or reader.starts:
        return None
    compiled = _split(shape, apart=True)
    template, variables = _template(shape.tokens)
    pieces = template.split('"')
    if compiled is None or len(pieces) == 1:
        return None
    lists = {f.sources[0] for f in shape.fields if f.type in _LISTS}
    marks = {mark for mark, name in variables.items() if name in lists}
    spaces = {
        i: piece.count(" ") for i, piece in enumerate(pieces, 1) if i % 2 and marks & {*piece}
    }
    return Quoted(len(pieces), spaces, _insert(reader, shape, *compiled, apart=True))


def _insert(
    reader: Reader,
    shape: BoundShape,
    prelude: str,
    texts: Mapping[str, str],
    holds: str,
    *,
    apart: bool = False,
) -> str:
    """Assemble the query; run it without filter pushdown, or it parses each line twice."""
    stages = Stages()
    values, valid = _columns(reader, shape, {**texts, **_HEADER}, stages)
    if shape.kind in {"json", "pairs"}:
        valid = []
    if reader.wrapper != "none":
        holds = f"{holds} and wrapped.program <> ''"
        values = _wrapped(values)
    conditions = " and ".join([holds, *valid])
    selected = ",\n    ".join([*_KEPT, *(f"{sql} as {name}" for name, sql in values.items())])
    names = ", ".join([*_KEPT, *values])
    staged, source = stages.compile("parsed")
    table = "access_records" if values.keys() <= _ACCESS else "other_records"
    return f"""insert into {table} (source_id, {names})
with {"" if apart else _unwrap(reader)}{prelude},
{staged}read as (
    select {selected},
        coalesce({conditions}, false) as accounted
    from {source}
)
select $source_id, {names} from read where accounted"""  # noqa: S608


def _unwrap(reader: Reader) -> str:
    """The CTE `unwrapped`: lines without what a syslog daemon put before them."""
    text = f"ltrim(text, chr({_MARK}))" if reader.marked else "text"
    if reader.wrapper == "none":
        kept = f"line, byte_offset, byte_length, {text} as text"
        told = "struct_pack(date := dated)" if reader.directives else "null"
        return f"unwrapped as (select {kept}, {told} as wrapped from batch),\n"  # noqa: S608
    header = wrappers.HEADERS[reader.wrapper]
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
            regexp_extract(rtrim({text}, chr(10) || chr(13)), {expression}, [{listed}]) as wrapped
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


def _columns(
    reader: Reader, shape: BoundShape, texts: Mapping[str, str], stages: Stages
) -> tuple[dict[str, str], list[str]]:
    """Every column of a shape with its SQL, and what must hold for the line to be one."""
    found: dict[str, list[str]] = {}
    valid: list[str] = []
    written: dict[str, list[str]] = {}
    for index, field in enumerate(shape.fields):
        text = stages.put(0, f"x{index}", _text(field, texts))
        read = columns.read(
            field.type, field.column, text, layout=field.time_layout, year=reader.year
        )
        stages.put_all(1, read.shared)
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
        values["template_id"] = _form(values, stages)
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
        f" || coalesce(chr(10) || {quoted(name.upper() + ':  ')} || nullif({text}, ''), '')"
        for name, text in zip(field.sources[1:], sources[1:], strict=True)
    )
    return f"({sources[0]}{details})"


def _coalesced(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"


def _form(values: Mapping[str, str], stages: Stages) -> str:
    """The hash of the message with its values masked: its template, until that is found."""
    level = len(stages)
    told = f"words_of({values['message']}, {values.get('statement', 'null')})"
    words = stages.put(level, "words", told)
    return f"case when {words} <> '' then (hash(form_of({words})) >> 1)::bigint end"


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


def _split(shape: BoundShape, *, apart: bool = False) -> tuple[str, dict[str, str], str] | None:
    """Compile a layout to splits; None where a value's end can't be told by quotes and spaces.

    With `apart`, the batch has the pieces between quotes as columns.
    """
    if any(c >= _SPACE_MARK for token in shape.tokens for c in token.text):
        return None
    if any(token.spaced for token in shape.tokens):
        return None
    template, variables = _template(shape.tokens)
    quoted = template.split('"')
    if len(quoted) % 2 == 0:
        return None
    texts: dict[str, str] = {}
    holds = ["true" if apart else f"len(q) = {len(quoted)}"]
    splits: list[str] = []
    for index, piece in enumerate(quoted, 1):
        source = f"q{index}" if apart else f"q[{index}]"
        if index == len(quoted) and not apart:
            source = f"rtrim({source}, chr(10) || chr(13))"
        compiled = _piece(piece, source, f"s{index}", variables, inside=index % 2 == 0)
        if compiled is None:
            return None
        found, conditions, split = compiled
        texts = found | texts
        holds += conditions
        splits += split
    listed = "".join(f", {split}" for split in splits)
    if apart:
        prelude = f"parsed as (select *, null as wrapped{listed} from batch)"  # noqa: S608
        return prelude, texts, " and ".join(holds)
    prelude = f"""quoted as (
    select line, byte_offset, byte_length, wrapped, string_split(text, '"') as q from unwrapped
),
parsed as (select line, byte_offset, byte_length, wrapped, q{listed} from quoted)"""  # noqa: S608
    return prelude, texts, " and ".join(holds)


def _template(tokens: Sequence[Token]) -> tuple[str, dict[str, str]]:
    """The layout as text with one private character for each variable."""
    variables: dict[str, str] = {}
    text = ""
    for token in tokens:
        if token.variable:
            mark = chr(_FIRST_MARK + len(variables))
            variables[mark] = token.text
            # nginx's local time holds a space: two chunks, put together again.
            text += f"{mark}{_SPACE_MARK}{mark}" if token.text == "time_local" else mark
        else:
            text += token.text
    return text.replace(_SPACE_MARK, " "), variables


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
        compiled = _chunk(chunk, f"{name}[{index}]", variables)
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


def _chunk(
    chunk: str, source: str, variables: Mapping[str, str]
) -> tuple[str, str, list[str]] | None:
    """A chunk between spaces: literal, or one variable between a prefix and a suffix."""
    marks = [c for c in chunk if c in variables]
    if len(marks) > 1:
        return None
    if not marks:
        return "", "", [f"{source} = {quoted(chunk)}"] if chunk else [f"{source} = ''"]
    before, after = chunk.split(marks[0])
    holds = []
    expression = source
    if before and after:
        holds.append(f"length({source}) >= {len(before) + len(after)}")
    if after:
        holds.append(f"ends_with({source}, {quoted(after)})")
        expression = f"left({expression}, length({source}) - {len(after)})"
    if before:
        holds.append(f"starts_with({source}, {quoted(before)})")
        expression = f"substr({expression}, {len(before) + 1})"
    return marks[0], expression, holds
