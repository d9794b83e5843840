/*
title   = "Where the time went"
answers = "Where did requests wait: queue, connection, application or database, before and since?"
columns = [
    "period", "pool", "server", "instance", "requests", "queue_p50_s", "connect_p50_s",
    "waited_p50_s", "application_p50_s", "database_p50_s", "send_p50_s", "waited_p95_s",
    "application_p95_s",
]

[parameters]
onset = { type = "timestamp", default = "", help = "Where the time before ends." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
-- Each side by its own log: what the balancer waited for an answer, beside what the instance that
-- this server is says it took. Much more waiting than work is the network, or an instance that is
-- too busy to take the connection. Retried requests count for their last server.
with asked as (
    select
        case when r.started < $onset::timestamp then 'before' else 'during' end as period,
        r.pool, r.server, r.queue_s, r.connect_s,
        waited_of(s.format, r.duration_s, r.queue_s, r.connect_s, r.header_s, r.response_s)
            as waited_s,
        sent_of(s.format, r.duration_s, r.queue_s, r.connect_s, r.header_s) as send_s
    from requests r
    join sources s using (source_id)
    where r.server is not null and r.started is not null and not r.retried
        and ($until::timestamp is null or r.started < $until::timestamp)
),
balancers as (
    select
        period, pool, server, count(*) as requests,
        quantile_cont(queue_s, 0.5) as queue_p50_s,
        quantile_cont(connect_s, 0.5) as connect_p50_s,
        quantile_cont(waited_s, [0.5, 0.95]) as waited,
        quantile_cont(send_s, 0.5) as send_p50_s
    from asked
    group by period, pool, server
),
named as (
    select name, min(server) as server from aliases where basis = 'requests' group by name
),
worked as (
    select
        case when a.started < $onset::timestamp then 'before' else 'during' end as period,
        n.server, a.instance, a.duration_s, a.database_s
    from (
        select instance, duration_s, database_s,
            ts - to_microseconds((coalesce(duration_s, 0) * 1000000)::bigint) as started
        from served
    ) a
    join named n on n.name = a.instance
    where a.started is not null
        and ($until::timestamp is null or a.started < $until::timestamp)
),
applications as (
    select
        period, server, string_agg(distinct instance, ', ' order by instance) as instance,
        quantile_cont(duration_s, [0.5, 0.95]) as took,
        quantile_cont(database_s, 0.5) as database_p50_s
    from worked
    group by period, server
)
select
    b.period as period,
    b.pool as pool,
    b.server as server,
    a.instance as instance,
    b.requests as requests,
    b.queue_p50_s as queue_p50_s,
    b.connect_p50_s as connect_p50_s,
    b.waited[1] as waited_p50_s,
    a.took[1] as application_p50_s,
    a.database_p50_s as database_p50_s,
    b.send_p50_s as send_p50_s,
    b.waited[2] as waited_p95_s,
    a.took[2] as application_p95_s
from balancers b
left join applications a on a.period = b.period and a.server = b.server
order by pool nulls last, server, period;
