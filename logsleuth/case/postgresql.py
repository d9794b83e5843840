"""The SQL that reads what PostgreSQL writes: the prefix of its lines, and what a record says."""

from __future__ import annotations

from typing import Final

from logsleuth.case.column import Read, known
from logsleuth.case.texts import without_end


def process(column: str, x: str) -> Read:
    """The process in PostgreSQL's log_line_prefix: in brackets, behind `pid=`, or a lone number."""
    pattern = (
        "'\\[([0-9]+)(?:-[0-9]+)?\\]|(?:^|[^0-9A-Za-z])\\(([0-9]+)\\)|"
        "\\b(?:pid|p|process)=([0-9]+)|(?:^|[ :])([0-9]+)(?:[ :]|$)'"
    )
    usual, found = f"{x}_usual", f"{x}_process"
    # Most have it in brackets, before any other number: a pattern that needs no looking back.
    bracketed = f"nullif(regexp_extract({x}, '^[^0-9\\[]*\\[([0-9]+)(?:-[0-9]+)?\\]', 1), '')"
    groups = f"regexp_extract({x}, {pattern}, ['a', 'b', 'c', 'd'])"
    text = ", ".join(f"nullif({found}.{name}, '')" for name in "abcd")
    return Read(
        {column: f"try_cast(coalesce({usual}, {text}) as bigint)"},
        shared=(
            (usual, bracketed),
            (found, f"case when {usual} is null then {groups} end"),
        ),
    )


def sqlstate(column: str, x: str) -> Read:
    """A SQLSTATE; 00000 says that nothing is wrong."""
    return Read({column: f"nullif({known(x)}, '00000')"})


_HOST: Final = (
    "(?:^|[\\s:=@,\\[])([0-9]{1,3}(?:[.][0-9]{1,3}){3}"
    "|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*::[0-9a-fA-F:]+)(?:[(:\\s@,\\]]|$)"
)
_PORT: Final = "[(][0-9]+[)]$|([0-9.]{7,}):[0-9]{1,5}$"


def session(_: str, x: str) -> Read:
    """What PostgreSQL's log_line_prefix says of the session, in the ways that people write it."""
    at = f"{x}_at"

    def keyed(key: str) -> str:
        found = f"nullif(regexp_extract({x}, '\\b(?:{key})=([^\\s,\\]]+)', 1), '')"
        return f"case when contains({x}, '=') then {found} end"

    def told(sql: str) -> str:
        return f"nullif(nullif({sql}, '[unknown]'), '')"

    address = f"nullif(regexp_extract({x}, '{_HOST}', 1), '')"
    remote = f"nullif(coalesce({keyed('client|host|h|remote')}, {address}), '[local]')"
    pattern = "'([^\\s@,=\\[\\]():]+)@([^\\s@,=\\[\\]():]+)'"
    return Read(
        {
            "user_name": told(f"coalesce({keyed('user|u|usr')}, {at}.u)"),
            "database": told(f"coalesce({keyed('db|d|database|dbname')}, {at}.d)"),
            "client": f"regexp_replace({remote}, '{_PORT}', '\\1')",
        },
        shared=((at, f"regexp_extract({x}, {pattern}, ['u', 'd'])"),),
    )


# What comes before a statement, as it is logged by itself and behind its duration.
_BEFORE: Final = "(?:statement|parse [^:]*|bind [^:]*|execute [^:]*)"
# Of these, what nearly every client sends, which so has a template that is known.
_USUAL: Final = ("statement", "execute <unnamed>", "bind <unnamed>", "parse <unnamed>")
_TIMED: Final = f"'^(duration: ([0-9.]+) ms(  {_BEFORE}: )?)'"
_LOGGED: Final = f"'^{_BEFORE}: ((?s:.*))$'"
# auto_explain: the statement stands above its plan, or is a text in the plan's JSON.
_PLANNED: Final = (
    "'^duration: [0-9.]+ ms  plan:\\s+Query Text: ((?s:.*?))\\s*"
    "(?:\\n\\s*(?:Query Parameters: |Query Identifier: |[A-Z][^\\n]*\\(cost=)(?s:.*))?$'"
)
_PLANNED_JSON: Final = (
    '\'^duration: [0-9.]+ ms  plan:\\s*\\{\\s*("Query Text": "(?:[^"\\\\]|\\\\.)*")\''
)
# The lines that belong to a record repeat its prefix; their keyword is enough.
_REPEATED: Final = "'\\n[^\\n]*?\\b(DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT|BACKTRACE):  '"
# A syslog daemon gets long records in pieces, each with its number, and tabs as #011.
_PIECES: Final = "'\\n(?:\\[\\w+\\] +)?\\[[0-9]+-[0-9]+\\] ?'"
_AFTER_MESSAGE: Final = "'\\n(?:DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION|BACKTRACE):  (?s:.*)$'"
_DETAIL: Final = (
    "'\\n((?:DETAIL|HINT|QUERY|CONTEXT):  (?s:.*?))"
    "(?:\\n(?:STATEMENT|LOCATION|BACKTRACE):  (?s:.*))?$'"
)
_AFTER_STATEMENT: Final = "'\\n(?:DETAIL|HINT|CONTEXT|QUERY|LOCATION|BACKTRACE):  (?s:.*)$'"


def statement(_: str, x: str) -> Read:
    """Read a message: `duration: 1.2 ms  execute S_1: SELECT …`, its details and its statement."""
    lines, timed, said, several = f"{x}_lines", f"{x}_timed", f"{x}_said", f"{x}_several"
    # What belongs to a record has two spaces behind its keyword; most of many lines have none.
    detailed = f"{x}_detailed"
    told = f"case when {detailed} then {_group(lines, _TOLD)} end"
    behind = f"case when {timed}.b <> '' then substr({lines}, length({timed}.whole) + 1) end"
    planned = f"case when {several} and {timed}.d <> '' then {_planned(lines)} end"
    message, stated, plain = f"{x}_message", f"{x}_stated", f"{x}_plain"
    return Read(
        {
            "message": f"nullif({without_end(message, ' ')}, '')",
            "detail": f"case when {detailed} then {_trimmed(_group(lines, _DETAIL))} end",
            "duration_s": f"try_cast({timed}.d as double) / 1000",
            "statement": f"nullif({without_end(stated, ' ')}, '')",
        },
        shared=(
            (several, f"contains({x}, chr(10)) or contains({x}, '#011')"),
            (detailed, f"{several} and contains({x}, ':  ')"),
            (lines, f"case when {several} then {_joined(x, detailed)} else {x} end"),
            (timed, f"regexp_extract({lines}, {_TIMED}, ['whole', 'd', 'b'])"),
            (said, f"coalesce(nullif({behind}, ''), {told}, {planned}, {_group(lines, _LOGGED)})"),
            (message, _without(_AFTER_MESSAGE, lines, detailed)),
            (stated, _without(_AFTER_STATEMENT, said, detailed)),
            (plain, f"case when not {several} and {said} <> '' then {timed}.b end"),
        ),
        words=tuple(
            (f"{plain} = '  {usual}: '", f"duration: 1.234 ms  {usual}: *") for usual in _USUAL
        ),
    )


# What stands before a message on a line of the server's log, up to the word and two spaces.
_PREFIX: Final = (
    "'^(?:[^:\\n]|:[^ \\n]|: [^ \\n]){0,200}?\\b(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO"
    "|DEBUG[1-5]?|STATEMENT|DETAIL|HINT|CONTEXT|QUERY):  '"
)


def line(column: str, x: str) -> Read:
    """Read a whole line of the log that another log holds, as `statement`, and its process.

    Its details are entries of their own there; the text of a STATEMENT is one.
    """
    read = statement(column, f"{x}_inner")
    own = f"nullif(regexp_extract({x}, '\\bSTATEMENT:  ((?s:.*))$', 1), '')"
    columns = {
        **read.columns,
        "statement": f"coalesce({read.columns['statement']}, {own})",
        "pid": f"try_cast(regexp_extract({x}, '\\[([0-9]+)\\]', 1) as bigint)",
    }
    inner = (f"{x}_inner", f"regexp_replace({x}, {_PREFIX}, '')")
    return Read(columns, read.valid, (inner, *read.shared))


_TOLD: Final = "'\\nSTATEMENT:  ((?s:.*))$'"


def _joined(x: str, detailed: str) -> str:
    """The lines of a record without what is repeated before each."""
    pieces = f"regexp_replace({x}, {_PIECES}, chr(10), 'g')"
    tabs = f"replace(case when contains({x}, '[') then {pieces} else {x} end, '#011', chr(9))"
    bare = f"regexp_replace({tabs}, {_REPEATED}, chr(10) || '\\1:  ', 'g')"
    return f"case when {detailed} then {bare} else {tabs} end"


def _planned(lines: str) -> str:
    document = f"'{{' || {_group(lines, _PLANNED_JSON)} || '}}'"
    text = f"""json_extract_string(case when json_valid({document}) then {document} end,
        '$."Query Text"')"""
    return f"coalesce({_group(lines, _PLANNED)}, {text})"


def _group(x: str, pattern: str) -> str:
    return f"nullif(regexp_extract({x}, {pattern}, 1), '')"


def _without(pattern: str, x: str, detailed: str) -> str:
    return f"case when {detailed} then regexp_replace({x}, {pattern}, '') else {x} end"


def _trimmed(x: str) -> str:
    return f"nullif(regexp_replace({x}, '[\\n\\r ]+$', ''), '')"
