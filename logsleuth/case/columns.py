"""The SQL that reads a field: from the text of a line to typed columns and a test of validity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.case import times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Read:
    """Columns that a field gives, and what must hold of its text (None: anything goes)."""

    columns: Mapping[str, str]
    valid: str | None = None


def _known(x: str) -> str:
    return f"nullif(nullif({x}, '-'), '')"


def _absent(x: str) -> str:
    return f"coalesce({x}, '-') in ('-', '')"


def _number(x: str, kind: str, scale: str = "") -> tuple[str, str]:
    value = f"try_cast({x} as {kind})"
    # Logs write -1 where a phase was never reached; that is unknown, not a number.
    positive = f"case when {value} >= 0 then {value}{scale} end"
    return positive, f"({value} is not null or {_absent(x)})"


def _plain(column: str, x: str) -> Read:
    return Read({column: _known(x)})


def _message(column: str, x: str) -> Read:
    return Read({column: f"nullif(rtrim({x}, chr(10) || chr(13)), '')"})


def _scaled(kind: str, scale: str = "") -> Callable[[str, str], Read]:
    def read(column: str, x: str) -> Read:
        value, valid = _number(x, kind, scale)
        return Read({column: value}, valid)

    return read


def _bytes(column: str, x: str) -> Read:
    return Read({column: _number(f"ltrim({x}, '+')", "bigint")[0]}, f"({_absent(x)} or try_cast({x} as bigint) is not null)")


def _last(x: str) -> str:
    """The last of nginx's list: ', ' parts retries, ' : ' an internal redirect."""
    return (
        f"case when contains({x}, ', ') or contains({x}, ' : ') "
        f"then regexp_extract({x}, '([^ ,]*)$', 1) else {x} end"
    )


def _several(x: str) -> str:
    return f"case when contains({x}, ', ') or contains({x}, ' : ') then {x} end"


_LISTS: Final = {
    "server": "servers",
    "upstream_status": "upstream_statuses",
    "connect_s": "connect_times",
    "header_s": "header_times",
    "response_s": "response_times",
}


def _list_of(kind: str) -> Callable[[str, str], Read]:
    def read(column: str, x: str) -> Read:
        last = _last(x)
        value = _known(last) if kind == "varchar" else f"try_cast({last} as {kind})"
        valid = None if kind == "varchar" else f"({value} is not null or {_absent(last)})"
        return Read({column: value, _LISTS[column]: _several(x)}, valid)

    return read


def _server(column: str, x: str) -> Read:
    bare = f"regexp_replace({x}, '^[a-z]+://([^/]+).*$', '\\1')"
    stripped = f"case when contains({x}, '://') then {bare} else {x} end"
    return Read({column: f"nullif({_known(stripped)}, '<NOSRV>')"})


def _duration(column: str, x: str) -> Read:
    number = f"try_cast(regexp_extract({x}, '^([0-9.]+)', 1) as double)"
    return Read(
        {
            column: f"""case regexp_extract({x}, '[0-9.] ?([a-zµ]*)$', 1)
                when 'ms' then {number} / 1000 when 'msec' then {number} / 1000
                when 'msecs' then {number} / 1000 when 'milliseconds' then {number} / 1000
                when 'us' then {number} / 1000000 when 'µs' then {number} / 1000000
                when 'ns' then {number} / 1000000000 when 'm' then {number} * 60
                else {number} end"""
        }
    )


def _address(column: str, x: str) -> Read:
    bracketed = f"regexp_extract({x}, '^\\[([0-9a-fA-F:.%]+)\\]', 1)"
    bare = (
        f"case when {x}[1] = '[' then {bracketed} "
        f"when contains({x}, '.') and contains({x}, ':') then split_part({x}, ':', 1) else {x} end"
    )
    return Read({column: _known(bare)})


def _client(column: str, x: str) -> Read:
    """HAProxy's client, where a port always follows, behind an IPv6 address too."""
    return Read({column: _known(f"regexp_replace({x}, ':[0-9]+$', '')")})


def _target(x: str) -> dict[str, str]:
    path = f"split_part({x}, '?', 1)"
    return {
        "path": f"nullif({path}, '')",
        "query": f"case when contains({x}, '?') then substr({x}, length({path}) + 2) end",
    }


def _url(_: str, x: str) -> Read:
    absolute = f"regexp_replace({x}, '^[a-z]+://[^/?]*', '')"
    return Read(_target(f"(case when contains({x}, '://') then {absolute} else {x} end)"))


def _request(_: str, x: str) -> Read:
    """A request line; what isn't one (rubbish of scanners) leaves its columns NULL."""
    parts = f"string_split({x}, ' ')"
    whole = f"(len({parts}) = 3 and starts_with({parts}[3], 'HTTP/'))"
    target = f"(case when {whole} then {parts}[2] end)"
    return Read(
        {
            "method": f"case when {whole} then {parts}[1] end",
            **_target(target),
            "protocol": f"case when {whole} then {parts}[3] end",
        }
    )


_LEVELS: Final = """case lower({x})
    when 'log' then 'info' when 'notice' then 'info' when 'information' then 'info'
    when 'note' then 'info' when 'i' then 'info' when 'system' then 'info' when 'statement' then 'info'
    when 'warn' then 'warning' when 'w' then 'warning'
    when 'err' then 'error' when 'e' then 'error' when 'severe' then 'error'
    when 'critical' then 'fatal' when 'crit' then 'fatal' when 'alert' then 'fatal'
    when 'emerg' then 'fatal' when 'emergency' then 'fatal' when 'panic' then 'fatal' when 'f' then 'fatal'
    when 'd' then 'debug' when 'verbose' then 'trace'
    when '10' then 'trace' when '20' then 'debug' when '30' then 'info' when '40' then 'warning'
    when '50' then 'error' when '60' then 'fatal'
    else nullif(regexp_replace(lower({x}), '^debug[1-5]$', 'debug'), '') end"""


def _level(column: str, x: str) -> Read:
    return Read({column: _LEVELS.replace("{x}", x)})


def _request_id(_: str, x: str) -> Read:
    # Only lower case survives a UUID's way there and back; text keeps whatever else there is.
    compact = f"(length({x}) = 32 and {x} = lower({x}))"
    uuid = f"case when {compact} then try_cast({x} as uuid) end"
    return Read(
        {
            "request_uuid": uuid,
            "request_text": f"case when {uuid} is null then {_known(x)} end",
        }
    )


def _connections(_: str, x: str) -> Read:
    retries = f"split_part({x}, '/', 5)"
    return Read({"retries": f"try_cast(ltrim({retries}, '+') as smallint)"})


def _user_at_database(_: str, x: str) -> Read:
    user = f"regexp_extract({x}, '(?:user=)?([^@,=\\s\\[\\]()]+)(?:@|,db=)([^,\\s:\\[\\]()]+)', 1)"
    database = f"regexp_extract({x}, '(?:user=)?([^@,=\\s\\[\\]()]+)(?:@|,db=)([^,\\s:\\[\\]()]+)', 2)"
    return Read({"user_name": f"nullif({user}, '')", "database": f"nullif({database}, '')"})


_STATEMENT: Final = (
    "'^duration: ([0-9.]+) ms(?:  (?:statement|parse [^:]*|bind [^:]*|execute [^:]*): "
    "((?s:.*)))?'"
)


def _statement(_: str, x: str) -> Read:
    """PostgreSQL's message: `duration: 1.2 ms  execute S_1: SELECT …`, and STATEMENT lines."""
    timed = f"regexp_extract({x}, {_STATEMENT}, ['d', 's'])"
    told = f"regexp_extract({x}, '\\n[^\\n]*?STATEMENT:  ((?s:.*))$', 1)"
    return Read(
        {
            "message": f"nullif(rtrim({x}, chr(10) || chr(13)), '')",
            "duration_s": f"try_cast({timed}.d as double) / 1000",
            "statement": f"nullif(rtrim(case when {timed}.s <> '' then {timed}.s else {told} end, chr(10) || chr(13)), '')",
        }
    )


_TYPES: Final[Mapping[str, Callable[[str, str], Read]]] = {
    "text": _plain,
    "method": _plain,
    "frontend": lambda column, x: Read({column: f"rtrim({_known(x)}, '~')"}),
    "message": _message,
    "integer": _scaled("bigint"),
    "bytes": _bytes,
    "status": _scaled("smallint"),
    "seconds": _scaled("double"),
    "milliseconds": _scaled("double", " / 1000"),
    "microseconds": _scaled("double", " / 1000000"),
    "nanoseconds": _scaled("double", " / 1000000000"),
    "duration": _duration,
    "servers": _list_of("varchar"),
    "statuses": _list_of("smallint"),
    "seconds-list": _list_of("double"),
    "server": _server,
    "address": _address,
    "client": _client,
    "url": _url,
    "request": _request,
    "level": _level,
    "request-id": _request_id,
    "connections": _connections,
    "user-at-database": _user_at_database,
    "statement": _statement,
}


def read(kind: str, column: str, text: str, *, layout: str = "", year: int = 1970) -> Read:
    """Return the SQL for a field of one of the types of `formats.spec`.

    `text` is the SQL expression of the field's text, `layout` and `year` are those of a time.
    """
    if kind == "time":
        value = times.expression(layout, text, year)
        return Read({column: value}, f"{value} is not null")
    return _TYPES[kind](column, text)
