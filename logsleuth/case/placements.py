"""Finds out which server served each request, where the balancer's log names none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.case import addresses
from logsleuth.stats.links import join

if TYPE_CHECKING:
    import duckdb

    from logsleuth.stats.links import Links

    Array = np.ndarray[Any, Any]

# A pair less sure than this places nothing.
_SURE: Final = 0.8
# Applications that know fewer of the requests than this served others.
_KNOWN: Final = 0.5

# More time-outs than this without a known instance tell nothing of those with one.
_LOST: Final = 0.2

_TELLING: Final = "select 1 from sources where role = 'application' limit 1"

# A log that names a server now and then says by its silence that there was none.
_NAMELESS: Final = """
select s.source_id from sources s join records r using (source_id)
where s.role = 'balancer' and not s.left_out
group by s.source_id
having count(r.status) > 0 and count(r.server) = 0
"""

_ASKED: Final = """
select r.source_id, r.line,
    epoch(r.started) + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as began,
    epoch(r.ended) + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as ended,
    coalesce(s.resolution_s, 0.001) as step_s, coalesce(r.status, 0)::integer as status,
    case when r.request_id is null then 0::ubigint else hash(r.request_id) end as id,
    case when r.trace_id is null then 0::ubigint else hash(r.trace_id) end as trace,
    hash(case when $method then r.method end, r.path, case when $query then r.query end,
        case when $client then r.client end) as key,
    0::ubigint as place, coalesce(r.duration_s, 'nan'::double) as took_s
from requests r
join sources s using (source_id)
where list_contains($nameless, r.source_id) and r.started is not null
order by began, r.source_id, r.line
"""

_ANSWERED: Final = """
select
    epoch(a.ts) - case when s.stamps = 'start' then 0 else coalesce(a.duration_s, 0) end
        + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as began,
    epoch(a.ts) + case when s.stamps = 'start' then coalesce(a.duration_s, 0) else 0 end
        + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as ended,
    coalesce(s.resolution_s, 0.001) as step_s, a.status::integer as status,
    case when a.request_id is null then 0::ubigint else hash(a.request_id) end as id,
    case when a.trace_id is null then 0::ubigint else hash(a.trace_id) end as trace,
    hash(case when $method then a.method end, a.path, case when $query then a.query end,
        case when $client then told_client(a.client, a.message) end) as key,
    0::ubigint as place, a.instance, coalesce(a.duration_s, 'nan'::double) as duration_s,
    a.source_id, a.line
from aligned a
join sources s using (source_id)
where a.role = 'application' and a.status is not null and a.instance is not null
    and a.ts is not null
order by began, a.source_id, a.line
"""

# Which words both sides have for a request. A proxied client is the balancer's own address.
_COMMON: Final = """
select
    count(e.method) > 0 and (select count(method) from requests) > 0,
    count(e.query) > 0 and (select count(query) from requests) > 0,
    coalesce(count(c.client) >= 0.8 * count(*) and count(c.client) > 0, false),
    count(coalesce(e.request_id, e.trace_id)) > 0
from (
    select *, told_client(client, message) as told from aligned
    where role = 'application' and status is not null
) e
left join (select distinct client from requests) c on c.client = e.told
"""

# The balancer's error log names the servers that a request was tried on in vain, in order.
_TRIED: Final = """
create or replace temporary table tried as
with said as (
    select e.source_id, e.line, e.server, e.client, e.method, e.path,
        coalesce(e.query, '') as query,
        epoch(e.ts) as moment, coalesce(s.resolution_s, 1) as step,
        case when contains(e.message, 'timed out') then '504' else '502' end as status
    from aligned e
    join sources s using (source_id)
    where e.role = 'balancer' and e.status is null and e.termination is null
        and contains(e.server, ':') and e.path is not null and e.ts is not null
),
fitting as (
    select a.source_id, a.line, s.server, s.status, s.line as said, s.moment,
        row_number() over (
            partition by s.source_id, s.line order by abs(a.ended - s.moment), a.line) as nearest
    from said s
    join (
        select r.source_id, r.line, r.client, r.method, r.path, coalesce(r.query, '') as query,
            epoch(r.started) as began, epoch(r.ended) as ended, coalesce(t.resolution_s, 1) as step
        from requests r join sources t using (source_id)
        where list_contains($nameless, r.source_id) and r.started is not null
    ) a on a.client = s.client and a.method = s.method and a.path = s.path and a.query = s.query
        and s.moment >= a.began - s.step - a.step and s.moment <= a.ended + a.step + $slack
)
select source_id, line, list(server order by said) as servers,
    list(status order by said) as statuses,
    min(moment) as moment
from fitting where nearest = 1
group by source_id, line
"""
_SLACK_S: Final = 0.1

# Servers that the configuration names by their hosts are called as it does.
_CONFIGURED: Final = """
update found set server = c.address
from (
    select split_part(address, ':', 1) as host, min(address) as address
    from configured_servers group by host having count(distinct address) = 1
) c
where c.host = found.server
"""

# Pools are as configured if all servers are; an instance that no configuration names has none, and
# neither has an address beside it that may be another of its pool.
_STORE: Final = """
insert into placements
with known as (
    select map(list(address), list(instance)) as names from (
        select address, instance from addresses
        union
        select distinct server, server from found
            where server not in (select address from addresses)
    )
),
-- Who is waited for in vain is alive, and an instance that can't be told: no server of its own.
-- Where many such are left, those of the others would make only these look bad.
marked as (
    select t.source_id, t.line, t.statuses,
        list_transform(t.servers, lambda s: coalesce(k.names[s], s)) as servers,
        list_contains(t.statuses, '504') as waited,
        list_bool_or(list_transform(range(1, len(t.servers) + 1),
            lambda i: t.statuses[i] = '504' and k.names[t.servers[i]] is null)) as lost
    from tried t
    cross join known k
),
named as (
    select * from marked
    where not lost and (not waited
        or (select count(*) filter (where lost) <= $lost * count(*) from marked where waited))
),
joined as (
    select coalesce(f.source_id, n.source_id) as source_id, coalesce(f.line, n.line) as line,
        n.servers, n.statuses, f.server as answered, f.status, coalesce(f.confidence, 0.5) as sure,
        f.server is not null and not f.given_up
            and (n.servers is null or n.servers[-1] <> f.server) as again
    from found f full join named n on n.source_id = f.source_id and n.line = f.line
)
select source_id, line, case when again then answered else coalesce(servers[-1], answered) end,
    case when (
        select bool_and(f.server in (select name from aliases where basis = 'configuration'))
        from found f
    ) then (
        select min(a.pool) from aliases a
        where a.basis = 'configuration' and a.name = coalesce(answered, servers[1])
    ) end,
    case when servers is not null and (again or len(servers) > 1) then
        array_to_string(case when again then list_append(servers, answered) else servers end, ', ')
    end,
    case when servers is not null and (again or len(servers) > 1) then
        array_to_string(case when again then list_append(statuses, status::varchar)
            else statuses end, ', ')
    end,
    sure, case when servers is null then 'application' when answered is null then 'error log'
        else 'application, error log' end
from joined
order by 1, 2
"""


def place(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `placements` for access logs that name no server at all.

    The applications' own lines tell which instance answered (record linkage, `stats.links`), the
    balancer's error log on which addresses a request was tried in vain. Times must be on one clock.
    """
    connection.execute("delete from placements")
    if not connection.execute(_TELLING).fetchall():
        return
    nameless = [row[0] for row in connection.execute(_NAMELESS).fetchall()]
    told = connection.execute(
        "select 1 from aligned where role = 'application' and status is not null"
        " and instance is not null limit 1"
    ).fetchone()
    if not nameless or told is None:
        return
    *words, ids = connection.execute(_COMMON).fetchone() or (False, False, False, False)
    common = dict(zip(("method", "query", "client"), words, strict=True))
    asked = _rows(connection, _ASKED, {**common, "nameless": nameless})
    answered = _rows(connection, _ANSWERED, common)
    links = join(asked, answered, ids)
    sure = links.confidence >= _SURE
    if sure.sum() < _KNOWN * len(sure):
        return
    _found(connection, links, sure)
    connection.execute(_CONFIGURED)
    connection.execute(_TRIED, {"nameless": nameless, "slack": _SLACK_S})
    addresses.name(connection, client=common["client"])
    connection.execute(_STORE, {"lost": _LOST})
    for table in ("found", "tried", "addresses"):
        connection.execute(f"drop table {table}")


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]
) -> dict[str, Array]:
    columns = connection.execute(sql, parameters).fetchnumpy()
    return {name: np.ma.filled(values) for name, values in columns.items()}


def _found(connection: duckdb.DuckDBPyConnection, links: Links, sure: Array) -> None:
    """Keep the sure pairs as the temporary table `found`."""
    import pyarrow as pa

    lines = links.found[sure]
    status = links.asked["status"][sure]
    table = pa.table(
        {
            "source_id": links.asked["source_id"][sure], "line": links.asked["line"][sure],
            "server": links.answered["instance"][lines].astype(str), "status": status,
            "confidence": links.confidence[sure], "ended": links.asked["ended"][sure],
            "told_source": links.answered["source_id"][lines],
            "told_line": links.answered["line"][lines],
            "given_up": (status == 0)
            | (status >= 499) & (status != links.answered["status"][lines]),
        }
    )  # fmt: skip
    connection.register("pairs", table)
    connection.execute("create or replace temporary table found as select * from pairs")
    connection.unregister("pairs")
