"""The tables that records are in: those with few columns, for one that is NULL costs like any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    import duckdb

# The table of `schema.sql` that has every column.
_WHOLE: Final = "other_records"
_PLACE: Final = "source_id, line, byte_offset, byte_length"
_REQUEST: Final = "ts, client, method, path, query, protocol, status, bytes, duration_s"
_IDS: Final = "request_uuid, request_text"
_ACCESS: Final = f"{_REQUEST}, server, {_IDS}, user_agent, referer, user_name"
_UPSTREAM: Final = "upstream_status, response_s, servers, upstream_statuses, response_times"
_SAID: Final = "ts, level, logger, message, detail, template_id, pid, host, client, duration_s"
# What common kinds of records tell: access logs, those of proxies with more times, HAProxy's
# sessions, and what applications and databases say.
_NARROW: Final[Mapping[str, str]] = {
    "access_records": f"{_ACCESS}, {_UPSTREAM}",
    "proxied_records": (
        f"{_ACCESS}, {_UPSTREAM}, pool, host, connect_s, header_s, connect_times, header_times"
    ),
    "session_records": (
        f"{_REQUEST}, {_IDS}, server, pool, host, pid, frontend, queue_s, connect_s, header_s,"
        " termination, retries, redispatched"
    ),
    "application_records": (
        f"{_SAID}, {_IDS}, trace_id, method, path, query, status, instance, database_s"
    ),
    "database_records": f"{_SAID}, user_name, database, statement, error_code",
}
_COLUMNS: Final = {name: frozenset(listed.split(", ")) for name, listed in _NARROW.items()}

EVERY: Final = (*_NARROW, _WHOLE)
SAYING: Final = (*(name for name in _NARROW if "message" in _COLUMNS[name]), _WHOLE)
"""The tables whose records have messages."""


def home(columns: Set[str]) -> str:
    """Return the table with the fewest columns that has all of these."""
    fitting = [name for name, has in _COLUMNS.items() if columns <= has]
    return min(fitting, key=lambda name: len(_COLUMNS[name]), default=_WHOLE)


def schema() -> str:
    """Return the SQL that makes the tables and the view `records` of them all."""
    made = [
        f"create table if not exists {name} as select {_PLACE}, {listed} from {_WHOLE} limit 0;\n"  # noqa: S608
        for name, listed in _NARROW.items()
    ]
    return "".join(made) + _view(_NARROW)


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave empty tables out of the view: each takes time in the planning of every query."""
    counts = [f"select '{name}' where exists (from {name})" for name in _NARROW]
    filled = connection.execute(" union all ".join(counts)).fetchall()
    connection.execute(_view(sorted(name for (name,) in filled)))


def _view(names: Iterable[str]) -> str:
    parts = " union all by name ".join(f"select * from {name}" for name in (_WHOLE, *names))  # noqa: S608
    return f"create or replace view records as {parts};\n"
