/*
title   = "Share of each server of each pool over time"
answers = "When did the balancer begin to prefer a server, or to leave one out?"
columns = ["ts", "pool", "server", "first_attempts", "pool_first_attempts", "share"]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
bucket = { type = "integer", default = 60, help = "Seconds of a row." }
pool   = { type = "text", default = "", help = "Only this pool." }
*/
-- First attempts only: a retry goes where the first choice failed to, so that it hides the choice.
-- HAProxy doesn't say which server its retried requests were given to first: they aren't counted.
with chosen as (
    select
        time_bucket(to_seconds($bucket::integer), r.started) as ts,
        a.pool, a.server,
        count(*) as first_attempts
    from attempts a
    join requests r on r.source_id = a.source_id and r.line = a.line
    where a.attempt = 1 and a.server is not null and r.started is not null
        and ($since::timestamp is null or r.started >= $since::timestamp)
        and ($until::timestamp is null or r.started < $until::timestamp)
        and ($pool::text = '' or a.pool = $pool::text)
    group by 1, 2, 3
),
members as (
    select distinct pool, server from chosen
),
totals as (
    select ts, pool, sum(first_attempts)::bigint as pool_first_attempts
    from chosen
    group by ts, pool
)
-- A server that got nothing while its pool was busy has a share of 0; an idle pool has no rows.
select
    t.ts as ts,
    t.pool as pool,
    m.server as server,
    coalesce(c.first_attempts, 0) as first_attempts,
    t.pool_first_attempts as pool_first_attempts,
    coalesce(c.first_attempts, 0) / t.pool_first_attempts as share
from totals t
join members m on m.pool is not distinct from t.pool
left join chosen c
    on c.ts = t.ts and c.pool is not distinct from t.pool and c.server = m.server
order by ts, pool nulls last, server;
