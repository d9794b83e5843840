"""Completes a case when its files are in: spans, years, zones, names, and the list of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.case import (
    aliases,
    clocks,
    duplicates,
    placements,
    tables,
    templates,
    years,
    zones,
)

if TYPE_CHECKING:
    import duckdb

    from logsleuth.case.account import Account

_SOURCE: Final = """
insert into sources by name
select $source_id as source_id, $path as path, $sha256 as sha256,
    1 + (
        select count(*) from sources where coalesce(named, sha256[:12]) = $sha256[:12]
    ) as ordinal,
    $bytes as bytes, $format as format, $role as role, $host as host, $zone as zone,
    $shift as zone_shift_s,
    $guessed as year_guessed, $step as resolution_s, $stamps as stamps,
    $lines as lines, $events as events, $continuation as continuation, $rejected as rejected,
    $blank as blank,
    (select min(ts) from records where source_id = $source_id) as since,
    (select max(ts) from records where source_id = $source_id) as until"""


# Only those that are shifted have another span than they were listed with.
_SPANS: Final = """
update sources
set since = told.since - to_microseconds(({shift} * 1000000)::bigint),
    until = told.until - to_microseconds(({shift} * 1000000)::bigint)
from (
    select source_id, min(ts) as since, max(ts) as until from records
    where source_id in (select source_id from sources where zone_shift_s <> 0)
    group by source_id
) told
where told.source_id = sources.source_id"""


# A layout may have room for parts of a second; a source that never shows any has none.
_STEPS: Final = """
update sources
set resolution_s = 1
from (
    select source_id, count(*) as stamped, count(*) filter (epoch_us(ts) % 1000000 <> 0) as parts
    from records
    where ts is not null and source_id in (select source_id from sources where resolution_s < 1)
    group by source_id
) told
where told.source_id = sources.source_id and told.parts = 0 and told.stamped >= $least
    and resolution_s < 1"""
# By chance ten stamps of milliseconds are whole seconds once in 10^30.
_STAMPED: Final = 10


def insert_source(
    connection: duckdb.DuckDBPyConnection,
    source_id: int,
    name: str,
    account: Account,
    stem: str | None,
) -> None:
    """List a file with its account; the CHECK of the table refuses one that doesn't add up."""
    reader = account.reader
    connection.execute(
        _SOURCE,
        {
            "source_id": source_id, "path": name, "sha256": account.sha256,
            "bytes": account.bytes, "format": account.format, "role": account.role,
            "host": stem if account.role == "application" else None,
            "zone": _zone(account), "shift": account.shift_s or 0,
            "guessed": reader is not None and years.missing(reader),
            "step": reader.step_s if reader else None, "stamps": reader.stamps if reader else None,
            "lines": account.lines, "events": account.events,
            "continuation": account.continuation, "rejected": account.rejected,
            "blank": account.blank,
        },
    )  # fmt: skip


def _zone(account: Account) -> str | None:
    if account.reader is None:
        return None
    if account.shift_s is not None:
        return "header"
    return "stated" if account.reader.zone_stated else "unknown"


def finish(connection: duckdb.DuckDBPyConnection) -> None:
    """Find zones that lines don't state, servers under other names, and roles by what they say."""
    connection.execute("begin")
    tables.settle(connection)
    _roles(connection)
    aliases.configured(connection)
    connection.execute(_SPANS.replace("{shift}", "0"))
    years.settle(connection)
    connection.execute(_STEPS, {"least": _STAMPED})
    zones.infer(connection)
    connection.execute(_SPANS.replace("{shift}", "zone_shift_s"))
    duplicates.find(connection)
    clocks.estimate(connection)
    placements.place(connection)
    aliases.requested(connection)
    templates.find(connection)
    connection.execute("commit")
    connection.execute("checkpoint investigated")


def _roles(connection: duckdb.DuckDBPyConnection) -> None:
    """An access log without upstreams, beside one that has them, is an application's own."""
    connection.execute(
        """
        with told as (
            select source_id, count(server) > 0 as upstream, count(status) > 0 as access
            from records
            where (select count(*) from sources where role = 'balancer') > 1
            group by source_id
        )
        update sources set role = 'application'
        from told
        where told.source_id = sources.source_id and sources.role = 'balancer'
            and told.access and not told.upstream
            and exists (select 1 from told where upstream and access)
            and sources.format = 'nginx-access'
        """
    )
