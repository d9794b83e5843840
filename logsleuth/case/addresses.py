"""Which instance listens on an address that the balancer's error log names, as far as logs tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

# An address is an instance's from so many of its requests on, and if so many of them are.
_FEW: Final = 3
_MOSTLY: Final = 0.7
# How long an application may work on for a balancer that has given up.
_WORKS_ON_S: Final = 60.0

# Who was given up on, and has a line of the same request that belongs to no other, works there.
_WORKED_ON: Final = """
create or replace temporary table addresses as
with lonely as (
    select t.source_id, t.line, t.address, r.method, r.path, r.query, r.client,
        epoch(r.ended) as ended, t.tries
    from (
        select source_id, line, len(servers) as tries, unnest(servers) as address,
            unnest(statuses) as status
        from tried
    ) t
    join requests r using (source_id, line)
    where t.status = '504'
),
free as (
    select a.instance, a.method, a.path, a.query, told_client(a.client, a.message) as client,
        epoch(a.ts) as moment
    from aligned a
    where a.role = 'application' and a.status is not null and a.instance is not null
        and not exists (
            from found f where f.told_source = a.source_id and f.told_line = a.line)
),
next as (
    select l.address, arg_min(f.instance, f.moment) as instance
    from lonely l
    join free f on f.path = l.path and (f.method is null or f.method = l.method)
        and (f.query is null or f.query = l.query) and (not $client or f.client = l.client)
        and f.moment >= l.ended - 1 and f.moment <= l.ended + $works_on
    group by l.source_id, l.line, l.address
),
-- Where both logs have one id for it, its line is known already.
same as (
    select l.address, f.server as instance
    from lonely l join found f using (source_id, line)
    where f.given_up and l.tries = 1
),
counted as (
    select address, instance, count(*) as n
    from (select * from next union all select * from same) group by all
)
select address, instance from (
    select *, n / sum(n) over (partition by address) as share from counted
) where n >= $few and share >= $mostly
"""


def name(connection: duckdb.DuckDBPyConnection, *, client: bool) -> None:
    """Make the temporary table `addresses` (address, instance) from `tried` and `found`.

    An address is known by requests that the balancer gave up on and the instance went on with;
    where nobody listens, no line tells whose it was meant to be. `client` says whether the
    applications' lines have the clients that the balancer's have.
    """
    connection.execute(
        _WORKED_ON, {"works_on": _WORKS_ON_S, "few": _FEW, "mostly": _MOSTLY, "client": client}
    )
