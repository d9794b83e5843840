"""The SQL that reads a field: from the text of a line to typed columns and a test of validity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.case import columns_balancer, postgresql, times
from logsleuth.case.column import Read, absent, known
from logsleuth.case.texts import without_end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _number(column: str, x: str, cast: str, scale: str = "") -> Read:
    n = f"{x}_n"
    # Logs write -1 where a phase was never reached; that is unknown, not a number.
    positive = f"case when {n} >= 0 then {n}{scale} end"
    return Read({column: positive}, f"({n} is not null or {absent(x)})", ((n, cast),))


def _plain(column: str, x: str) -> Read:
    return Read({column: known(x)})


def _message(column: str, x: str) -> Read:
    return Read({column: f"nullif({without_end(x)}, '')"})


def _scaled(kind: str, scale: str = "") -> Callable[[str, str], Read]:
    return lambda column, x: _number(column, x, f"try_cast({x} as {kind})", scale)


def _bytes(column: str, x: str) -> Read:
    return _number(column, x, f"try_cast({x} as bigint)")


_LISTS: Final = {
    "server": "servers",
    "upstream_status": "upstream_statuses",
    "connect_s": "connect_times",
    "header_s": "header_times",
    "response_s": "response_times",
}


def _list_of(kind: str) -> Callable[[str, str], Read]:
    """The last of nginx's list, and the list where ', ' parts retries or ' : ' a redirect."""

    def read(column: str, x: str) -> Read:
        several, last, n = f"{x}_several", f"{x}_last", f"{x}_n"
        shared = (
            # Both have a space in them, and one look for it is all that most rows cost.
            (several, f"contains({x}, ' ') and (contains({x}, ', ') or contains({x}, ' : '))"),
            (last, f"case when {several} then regexp_extract({x}, '([^ ,]*)$', 1) else {x} end"),
            (n, f"try_cast({last} as {kind})"),
        )
        value = known(last) if kind == "varchar" else n
        valid = None if kind == "varchar" else f"({n} is not null or {absent(last)})"
        listed = {column: value, _LISTS[column]: f"case when {several} then {x} end"}
        return Read(listed, valid, shared)

    return read


def _status(column: str, x: str) -> Read:
    """An HTTP status; nginx's 000 and gRPC's 0 are none."""
    n = f"{x}_n"
    return Read(
        {column: f"case when {n} between 100 and 999 then {n} end"},
        f"({n} is not null or {absent(x)})",
        ((n, f"try_cast({x} as smallint)"),),
    )


def _server(column: str, x: str) -> Read:
    bare = f"regexp_replace({x}, '^[a-z]+://(unix:[^:]+|[^/]+).*$', '\\1')"
    stripped = f"case when contains({x}, '://') then {bare} else {x} end"
    return Read({column: f"nullif({known(stripped)}, '<NOSRV>')"})


# Units that people write behind a duration: how many of them are a second.
_UNITS: Final[Mapping[str, str]] = {
    "ms": "1e3", "msec": "1e3", "msecs": "1e3", "millis": "1e3", "milliseconds": "1e3",
    "us": "1e6", "µs": "1e6", "μs": "1e6", "micros": "1e6", "microseconds": "1e6",
    "ns": "1e9", "nanos": "1e9", "nanoseconds": "1e9", "m": "1e0 / 60", "min": "1e0 / 60",
    "h": "1e0 / 3600",
}  # fmt: skip


def _duration(column: str, x: str) -> Read:
    """A number with its unit, seconds where it has none; `1m2.5s` is Go's way."""
    parts, go = f"{x}_parts", f"{x}_go"
    branches = " ".join(f"when '{unit}' then {count}" for unit, count in _UNITS.items())
    simple = f"try_cast({parts}.n as double) / (case {parts}.u {branches} else 1e0 end)"
    minutes = f"try_cast({go}.m as double) * 60 + try_cast({go}.s as double)"
    return Read(
        {column: f"coalesce({simple}, {minutes})"},
        shared=(
            (parts, f"regexp_extract({x}, '^([0-9.]+) ?([a-zµμ]*)$', ['n', 'u'])"),
            (go, f"regexp_extract({x}, '^([0-9]+)m([0-9.]+)s$', ['m', 's'])"),
        ),
    )


def _address(column: str, x: str) -> Read:
    """An address without its port; the first of several that proxies have handed on."""
    bracketed = f"regexp_extract({x}, '^\\[([0-9a-fA-F:.%]+)\\]', 1)"
    bare = (
        f"case when left({x}, 1) = '[' then {bracketed} "
        f"when contains({x}, ',') then split_part({x}, ',', 1) "
        f"when contains({x}, '.') and contains({x}, ':') and not contains({x}, '::') "
        f"then split_part({x}, ':', 1) else {x} end"
    )
    return Read({column: known(bare)})


def _client(column: str, x: str) -> Read:
    """A client whose port always follows, behind an IPv6 address too."""
    port, bare = f"{x}_port", f"{x}_bare"
    before = f"left({x}, length({x}) - length({port}) - 1)"
    shared = (
        (port, f"split_part({x}, ':', -1)"),
        (bare, f"case when try_cast({port} as integer) is null then {x} else {before} end"),
    )
    # Trimming looks at every character of what few texts have.
    bracketed = f"contains({bare}, '[') or contains({bare}, ']')"
    trimmed = f"case when {bracketed} then trim({bare}, '[]') else {bare} end"
    return Read({column: known(trimmed)}, shared=shared)


def _target(x: str, shared: tuple[tuple[str, str], ...], **others: str) -> Read:
    """The path and query of the target `{x}_target`, which the last of the shared ones is."""
    target, mark = f"{x}_target", f"{x}_mark"
    path = f"case when {mark} > 0 then left({target}, {mark} - 1) else {target} end"
    columns = {
        "path": f"nullif({path}, '')",
        "query": f"case when {mark} > 0 then substr({target}, {mark} + 1) end",
    }
    return Read({**columns, **others}, None, (*shared, (mark, f"strpos({target}, '?')")))


def _url(_: str, x: str) -> Read:
    absolute = f"regexp_replace({x}, '^[a-z]+://[^/?]*', '')"
    relative = f"case when contains({x}, '://') then {absolute} else nullif({x}, '-') end"
    return _target(x, ((f"{x}_target", relative),))


def _request(_: str, x: str) -> Read:
    """A request line, perhaps cut off; what isn't one (rubbish of scanners) leaves NULL."""
    parts, whole = f"{x}_parts", f"{x}_whole"
    other = f"nullif(regexp_extract({x}, '^[A-Z]{{3,17}} ([^ ].*?)(?: HTTP/[0-9.]*)?$', 1), '')"
    absolute = f"regexp_replace({x}_asked, '^[a-z]+://[^/?]*', '')"
    method = f"nullif(regexp_extract({x}, '^([A-Z]{{3,17}}) [^ ]', 1), '')"
    protocol = f"nullif(regexp_extract({x}, ' (HTTP/[0-9.]+)$', 1), '')"
    shared = (
        (parts, f"string_split({x}, ' ')"),
        (whole, f"len({parts}) = 3 and starts_with({parts}[3], 'HTTP/')"),
        (f"{x}_asked", f"case when {whole} then {parts}[2] else {other} end"),
        (f"{x}_target", f"case when left({x}_asked, 1) = '/' then {x}_asked else {absolute} end"),
    )
    return _target(
        x,
        shared,
        method=f"case when {whole} then {parts}[1] else {method} end",
        protocol=f"case when {whole} then {parts}[3] else {protocol} end",
    )


# Numbers are those of bunyan and pino, of Monolog, of syslog, and OpenTelemetry's from 9 on.
_LEVELS: Final[Mapping[str, str]] = {
    "info": "inf log notice noti ntce information informational note i system config any *"
    " 30 200 250 5 6 9 11",
    "warning": "warn wrn w # deprecation 40 300 4 13 14 15 16",
    "error": "err eror erro fail e severe 50 400 3 17 18 19",
    "fatal": "critical crit alert aler alrt emerg emergency emer emrg ftl panic pnc f"
    " 60 500 550 600 0 1 2 21 22 23 24",
    "debug": "dbg dbug debu d . fine 20 100 7 debug1 debug2 debug3 debug4 debug5 d1 d2 d3 d4 d5",
    "trace": "trc trce verbose vrb v noise finer finest 10"
    " trace1 trace2 trace3 trace4 trace5 trace6 trace7 trace8",
}


def _level(column: str, x: str) -> Read:
    """One of six words, or what else the line says."""
    lowered = f"{x}_lowered"
    branches = " ".join(
        f"when '{word}' then '{level}'"
        for level, words in _LEVELS.items()
        for word in words.split()
    )
    # What is one of them already needn't be held against a hundred others.
    known_ones = ", ".join(f"'{level}'" for level in _LEVELS)
    return Read(
        {
            column: f"case when {lowered} in ({known_ones}) then {lowered}"
            f" else case {lowered} {branches} else {lowered} end end"
        },
        shared=((lowered, f"nullif(lower({x}), '')"),),
    )


def _request_id(_: str, x: str) -> Read:
    # Only lower case survives a UUID's way there and back; text keeps whatever else there is.
    uuid = f"{x}_uuid"
    compact = f"strlen({x}) = 32 and {x} = lower({x})"
    return Read(
        {
            "request_uuid": uuid,
            "request_text": f"case when {uuid} is null then {known(x)} end",
        },
        shared=((uuid, f"case when {compact} then try_cast({x} as uuid) end"),),
    )


def _trace_id(column: str, x: str) -> Read:
    """A trace, without the `Root=` of AWS or the name of Google's project in front of it."""
    root = f"regexp_extract({x}, '(?:^|;)Root=([^;]*)', 1)"
    bare = f"regexp_replace({x}, '^projects/[^/]*/traces/', '')"
    return Read({column: known(f"case when contains({x}, 'Root=') then {root} else {bare} end")})


def _url_host(column: str, x: str) -> Read:
    """The host of a URL, without its port."""
    host = f"regexp_extract({x}, '^[a-z]+://(\\[[^\\]]*\\]|[^/:?#]*)', 1)"
    return Read({column: known(host)})


def _time_taken(column: str, x: str) -> Read:
    """Seconds where it has a fraction, milliseconds where it is whole: writers differ."""
    scale = f" / (case when contains({x}, '.') then 1 else 1000 end)"
    return _number(column, x, f"try_cast({x} as double)", scale)


def _sum(column: str, x: str) -> Read:
    """All of several seconds; one that is unknown or -1 leaves all of it unknown."""
    parts = f"{x}_parts"
    whole = f"list_count({parts}) = len({parts}) and list_min({parts}) >= 0"
    return Read(
        {column: f"case when {whole} then round(list_sum({parts}), 6) end"},
        shared=((parts, f"try_cast(string_split({x}, ' ') as double[])"),),
    )


def _between(column: str, x: str) -> Read:
    """Seconds from one time to another, where both are told finer than to the second."""
    first, last = (times.expression("epoch", f"split_part({x}, ' ', {i})", 1970) for i in (1, 2))
    written = [times.expression("iso-utc", f"split_part({x}, ' ', {i})", 1970) for i in (1, 2)]
    epoch = f"regexp_matches({x}, '^[0-9]{{13,19}} [0-9]{{13,19}}$')"
    fine = f"regexp_matches({x}, '^[^ ]*[.][0-9]+[^ ]* [^ ]*[.][0-9]+[^ ]*$')"
    return Read(
        {
            column: f"case when {epoch} then date_diff('microsecond', {first}, {last}) / 1e6 "
            f"when {fine} then date_diff('microsecond', {written[0]}, {written[1]}) / 1e6 end"
        }
    )


def _connections(column: str, x: str) -> Read:
    fifth = f"{x}_fifth"
    read = columns_balancer.retries(column, fifth)
    return Read(read.columns, shared=((fifth, f"split_part({x}, '/', 5)"),))


def _index(column: str, x: str) -> Read:
    """The index of Elasticsearch that a message begins with: `[orders/VLKx…]`, `[orders][0]`."""
    return Read({column: f"nullif(regexp_extract({x}, '^\\[([^\\]\\[/\\s]+)[/\\]]', 1), '')"})


_TYPES: Final[Mapping[str, Callable[[str, str], Read]]] = {
    "text": _plain,
    "method": _plain,
    "frontend": columns_balancer.frontend,
    "message": _message,
    "integer": _scaled("bigint"),
    "bytes": _bytes,
    "status": _status,
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
    "trace-id": _trace_id,
    "url-host": _url_host,
    "time-taken": _time_taken,
    "seconds-sum": _sum,
    "seconds-between": _between,
    "connections": _connections,
    "retries": columns_balancer.retries,
    "tries": columns_balancer.tries,
    "flags": columns_balancer.flags,
    "provided": columns_balancer.provided,
    "host": columns_balancer.host,
    "request-host": columns_balancer.request_host,
    "process": postgresql.process,
    "session": postgresql.session,
    "sqlstate": postgresql.sqlstate,
    "statement": postgresql.statement,
    "postgresql-line": postgresql.line,
    "command": lambda column, x: Read({column: f"nullif(trim({x}), '')"}),
    "index": _index,
    "account": lambda column, x: Read({column: known(f"trim(split_part({x}, '[', 1))")}),
    "namespace": lambda column, x: Read({column: known(f"split_part({x}, '.', 1)")}),
}


def read(kind: str, column: str, text: str, *, layout: str = "", year: int = 1970) -> Read:
    """Return the SQL for a field of one of the types of `formats.spec`.

    `text` is the name of the field's text, from which the shared expressions have theirs; `layout`
    and `year` are those of a time.
    """
    if kind in {"time", "date-time", "maybe-time"}:
        value = f"{text}_ts"
        shared = ((value, times.expression(layout, text, year)),)
        return Read({column: value}, None, shared)
    return _TYPES[kind](column, text)
