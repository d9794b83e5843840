"""Servers and pools under every name that the evidence has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

# Requests that are looked for in the applications' logs: enough for hundreds of servers.
_SAMPLE: Final = 20_000
# Requests longer than this are seldom the only one of their kind meanwhile.
_LONGEST_S: Final = 2.0
_BUCKET_S: Final = 5
# Two hosts that keep their time differ by less, and a line is written a little after its answer.
_SLACK_S: Final = 0.05

# The only application line that a request can have: of the same id, or of the same words meanwhile.
_PAIRS: Final = """
create or replace temporary table paired as
with sample as (
    select r.source_id, r.line, r.server, r.pool, r.request_id, r.method, r.path, r.query,
        epoch(r.started) as began, epoch(r.ended) as ended, coalesce(s.resolution_s, 0.001) as step
    from requests r
    join sources s using (source_id)
    where r.server is not null and not r.retried and coalesce(r.retries, 0) = 0
        and r.started is not null and r.line % $step = 0
),
told as (
    select e.request_id, e.instance, e.method, e.path, e.query,
        coalesce(s.resolution_s, 0.001) as step,
        epoch(e.ts) + case when s.stamps = 'start' then coalesce(e.duration_s, 0) else 0 end
            as ended,
        coalesce(e.duration_s, 0) as took
    from aligned e
    join sources s using (source_id)
    where e.role = 'application' and e.status is not null and e.instance is not null
),
by_id as (
    select b.source_id, b.line, min(b.server) as server, min(b.pool) as pool,
        min(a.instance) as instance
    from sample b
    join told a on a.request_id = b.request_id
    group by b.source_id, b.line having count(*) = 1
),
near as (
    select *, unnest(list_distinct([
        floor((began - 1 - $slack) / $bucket)::bigint,
        floor((ended + step + $slack) / $bucket)::bigint
    ])) as bucket
    from sample
    where ended - began <= $longest and path is not null
        and not exists (select 1 from by_id)
),
by_words as (
    select b.source_id, b.line, min(b.server) as server, min(b.pool) as pool,
        min(a.instance) as instance
    from near b
    join (select *, floor(ended / $bucket)::bigint as bucket from told) a
        on a.bucket = b.bucket and a.path = b.path
    where (a.method = b.method or a.method is null)
        and (a.query = b.query or a.query is null)
        -- Stamps are cut off: what they show is up to a step early.
        and a.ended <= b.ended + b.step + $slack
        and a.ended + a.step - a.took >= b.began - $slack
    group by b.source_id, b.line having count(*) = 1
)
select server, pool, instance from by_id
union all
select server, pool, instance from by_words
"""

# An instance is a server's when nine in ten of its requests are: by chance it would have as many of
# each server's as there are. Where almost all requests are one server's, it must do better still.
_NAMED: Final = """
insert into aliases
with counted as (
    select instance, server, count(*) as n,
        case when count(distinct pool) = 1 then min(pool) end as pool
    from paired group by instance, server
),
shared as (
    select *, n / sum(n) over (partition by instance) as share,
        sum(n) over (partition by server) / sum(n) over () as busy
    from counted
)
select instance, server, pool, 'requests'
from shared
where n >= 8 and share >= 0.9 and 1 - share <= 0.5 * (1 - busy)
order by instance
"""


def configured(connection: duckdb.DuckDBPyConnection) -> None:
    """Name each server's pool as the balancer's configuration does.

    A server in several pools gives no pool: its log line must say which.
    """
    connection.execute("delete from aliases where basis = 'configuration'")
    connection.execute(
        """
        insert into aliases
        select address, address, min(pool), 'configuration'
        from configured_servers
        group by address
        having count(distinct pool) = 1
        """
    )


def requested(connection: duckdb.DuckDBPyConnection) -> None:
    """Learn from a sample of requests which application instance is which of the servers.

    Times must be UTC by now. Instances whose requests can't be told apart get no name.
    """
    connection.execute("delete from aliases where basis = 'requests'")
    [(requests, told)] = connection.execute(
        "select coalesce(sum(events) filter (role = 'balancer'), 0),"
        " coalesce(sum(events) filter (role = 'application'), 0) from sources"
    ).fetchall()
    if not requests or not told:
        return
    step = max(1, -(-int(requests) // _SAMPLE))
    connection.execute(
        _PAIRS,
        {"step": step, "slack": _SLACK_S, "longest": _LONGEST_S, "bucket": _BUCKET_S},
    )
    connection.execute(_NAMED)
    connection.execute("drop table paired")
