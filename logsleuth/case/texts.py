"""Where the texts of fields are in a line: groups of a pattern, JSON paths, key=value pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.formats import layout
from logsleuth.formats.keyed import ELEMENT, FIRST
from logsleuth.formats.layout import NESTED

if TYPE_CHECKING:
    from logsleuth.formats.reader import BoundShape


def quoted(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def without_end(x: str, others: str = "") -> str:
    """A text without the line ends, and perhaps other characters, that it ends with.

    `rtrim` walks through all of a text and takes ten times as long as a pattern at its end.
    """
    found = " or ".join(
        f"ends_with({x}, {end})" for end in ("chr(10)", "chr(13)", *map(quoted, others))
    )
    return f"case when {found} then regexp_replace({x}, '[\\n\\r{others}]+$', '') else {x} end"


TRIMMED: Final = without_end("text")


def whole(shape: BoundShape) -> tuple[str, dict[str, str], str]:
    """Return the CTE `parsed`, the SQL of each text in it, and what holds of lines of the shape."""
    if shape.kind == "json":
        return _json(shape)
    if shape.kind == "pairs":
        return _pairs(shape)
    if shape.kind == "columns":
        return _columns(shape)
    return _pattern(shape)


def _pattern(shape: BoundShape) -> tuple[str, dict[str, str], str]:
    pattern = shape.pattern or layout.pattern(shape.tokens)
    groups = list(re.compile(pattern, re.DOTALL).groupindex)
    body = pattern.removeprefix("^").removesuffix("$")
    texts = {name: f'g."{name}"' for name in groups}
    # The group `whole` tells a match of empty groups from none.
    expression, left = f"(?s)^({unnamed(body)})$", "null"
    head = _head(body)
    if head is not None:
        expression = f"(?s)^({unnamed(head)})"
        texts[groups.pop()], left = "what_is_left", "substr(trimmed, length(g.whole) + 1)"
    listed = ", ".join(quoted(name) for name in ["whole", *groups])
    prelude = f"""matched as (
    select line, byte_offset, byte_length, wrapped, trimmed,
        regexp_extract(trimmed, {quoted(expression)}, [{listed}]) as g
    from (select *, {TRIMMED} as trimmed from unwrapped)
),
parsed as (
    select line, byte_offset, byte_length, wrapped, g, {left} as what_is_left from matched
)"""  # noqa: S608
    if shape.kind == "csv":
        texts = {name: _unquoted(sql) for name, sql in texts.items()}
    return prelude, texts, "g.whole <> ''"


_LAST: Final = re.compile(r"\(\?P<\w+>\.\*\)\Z")
# What can't part the alternatives of a whole pattern.
_INNER: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:[^()])*\)", re.DOTALL)


def _head(body: str) -> str | None:
    """What comes before a last group that takes whatever is left; None where there is none.

    An engine that needs not look at what is left is several times as fast.
    """
    last = _LAST.search(body)
    if last is None or re.match(body[: last.start()], "", re.DOTALL):
        return None
    inner = _INNER.sub("", body)
    while (less := _INNER.sub("", inner)) != inner:
        inner = less
    return None if "|" in inner else body[: last.start()]


def _columns(shape: BoundShape) -> tuple[str, dict[str, str], str]:
    """Values between tabs, or else between single spaces, which may also stand at the end."""
    prelude = f"""parsed as (
    select line, byte_offset, byte_length, wrapped,
        case when contains(text, chr(9)) then string_split({TRIMMED}, chr(9))
            else string_split({without_end("text", " ")}, ' ') end as c
    from unwrapped
)"""  # noqa: S608
    texts = {str(i): f"c[{i}]" for i in range(1, shape.count + 1)}
    return prelude, texts, f"len(c) = {shape.count}"


def unnamed(pattern: str) -> str:
    """Groups without their names: DuckDB names them by position."""
    return re.sub(r"\(\?P<\w+>", "(", pattern)


def _unquoted(sql: str) -> str:
    return (
        f"(case when {sql}[1] = '\"' "
        f"then replace({sql}[2:length({sql}) - 1], '\"\"', '\"') else {sql} end)"
    )


def _json(shape: BoundShape) -> tuple[str, dict[str, str], str]:
    told = [p for field in shape.fields for p in field.sources] + [key for key, _ in shape.when]
    paths = list(dict.fromkeys(told))
    listed = ", ".join(quoted(_json_path(path)) for path in paths)
    texts = {path: f"j[{i}]" for i, path in enumerate(paths, 1)}
    holds = [f"regexp_matches({texts[key]}, {quoted(pattern)})" for key, pattern in shape.when]
    prelude = f"""parsed as (
    select line, byte_offset, byte_length, wrapped,
        json_extract_string(case when json_valid(object) and object[1] = '{{' then object end,
            [{listed}]) as j
    from (select *, {_OBJECT} as object from unwrapped)
)"""  # noqa: S608
    return prelude, texts, " and ".join(["j is not null", *holds])


# An object may be one of a list, with a comma or bracket around it.
_OBJECT: Final = (
    "case when starts_with(text, '{') and (ends_with(text, '}') or ends_with(text, '}' || chr(10)))"
    " then text else trim(text, ' ,[]' || chr(9) || chr(10) || chr(13)) end"
)


def _json_path(key: str) -> str:
    return "$" + "".join(
        "[0]" if part in {FIRST, ELEMENT} else '."' + part.replace('"', '""') + '"'
        for part in key.split(NESTED)
    )


def _pairs(shape: BoundShape) -> tuple[str, dict[str, str], str]:
    keys = list(dict.fromkeys(p for field in shape.fields for p in field.sources))
    selected = "".join(f",\n        {_pair(key)} as k{i}" for i, key in enumerate(keys, 1))
    prelude = f"""parsed as (
    select line, byte_offset, byte_length, wrapped,
        regexp_matches(text, '^[A-Za-z_@][A-Za-z0-9_.@-]*=') as paired{selected}
    from unwrapped
)"""  # noqa: S608
    return prelude, {key: f"k{i}" for i, key in enumerate(keys, 1)}, "paired"


def _pair(key: str) -> str:
    """The text of one key; quoted values lose their quotes and escapes."""
    expression = quoted(rf'(?:^|\s){re.escape(key)}=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))')
    groups = f"regexp_extract(text, {expression}, ['quoted', 'bare'])"
    return (
        f"nullif(case when {groups}.quoted <> '' "
        f"then replace({groups}.quoted, '\\\"', '\"') else {groups}.bare end, '')"
    )
