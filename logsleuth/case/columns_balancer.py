"""The SQL of fields that only balancers have: tries, flags, names of theirs, hosts."""

from __future__ import annotations

from typing import Final

from logsleuth.case.column import Read, absent, known


def tries(column: str, x: str) -> Read:
    """How often a request was sent to a server; the tries after the first are retries."""
    n = f"{x}_n"
    return Read(
        {column: f"case when {n} between 1 and 1000 then {n} - 1 end"},
        f"({n} is not null or {absent(x)})",
        ((n, f"try_cast({x} as bigint)"),),
    )


def retries(column: str, x: str) -> Read:
    """HAProxy's retries; a `+` before them says that the last was sent to another server.

    Source: HAProxy configuration manual, section 8.2.3 "HTTP log format", "retries".
    """
    moved = f"starts_with({x}, '+')"
    return Read(
        {
            column: f"try_cast(case when {moved} then ltrim({x}, '+') else {x} end as smallint)",
            "redispatched": f"case when {x} <> '' then {moved} end",
        }
    )


def frontend(column: str, x: str) -> Read:
    """HAProxy's name of a frontend; a `~` behind it says that the client came by TLS.

    Source: HAProxy configuration manual, section 8.2.3 "HTTP log format", "frontend_name".
    """
    # Trimming looks at every character.
    bare = f"when ends_with({x}, '~') then left({x}, length({x}) - 1)"
    several = f"when ends_with({x}, '~~') then rtrim({x}, '~')"
    return Read({column: f"case {several} {bare} else {known(x)} end"})


def flags(column: str, x: str) -> Read:
    """Envoy's response flags, whose `-` says that all went well."""
    return Read({column: f"nullif({x}, '')"})


def provided(column: str, x: str) -> Read:
    """Traefik's name of a service or router, without the provider that told it: `shop@file`."""
    return Read({column: known(f"regexp_replace({x}, '@[a-z]+$', '')")})


_HOST_NAME: Final = (
    "'[{]?(?:(?:[A-Za-z0-9_-]+[.])+[A-Za-z]{2,24}(?::[0-9]{1,5})?"
    "|[A-Za-z][A-Za-z0-9_-]{0,62}:[0-9]{1,5})[.]?'"
)


def host(column: str, x: str) -> Read:
    """The first captured header where it looks like a host name; addresses aren't taken for one.

    To see whether a text matches costs a third of finding where its parts are.
    """
    header, first, name = f"{x}_header", f"{x}_first", f"{x}_name"
    begun = f"case when left({first}, 1) = ' ' then substr({first}, 2) else {first} end"
    bare = f"case when left({name}, 1) = '{{' then substr({name}, 2) else {name} end"
    # What matches has one point at its end at most.
    host = f"case when ends_with({name}, '.') then rtrim({bare}, '.') else {bare} end"
    return Read(
        {column: f"case when regexp_full_match({name}, {_HOST_NAME}) then {host} end"},
        shared=(
            (header, f"split_part({x}, '|', 1)"),
            (
                first,
                f"case when contains({header}, '}}') then split_part({header}, '}}', 1)"
                f" else {header} end",
            ),
            (name, begun),
        ),
    )


def request_host(column: str, x: str) -> Read:
    """The host in a request line that names it, which counts more than the header.

    Source: RFC 9112, section 3.2.2 "absolute-form".
    """
    host = f"regexp_extract({x}, '^[A-Z]{{3,17}} [a-z]+://([^/? ]+)', 1)"
    return Read({column: f"case when contains({x}, '://') then nullif({host}, '') end"})
