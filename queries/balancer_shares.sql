/*
title   = "Observed and configured share of each server"
answers = "Is the balancer sending requests where it was told to?"
columns = [
    "pool", "server", "first_attempts", "observed_share", "configured_share", "difference",
    "weight", "backup", "down",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
*/
-- First attempts only: a retry goes where the first choice failed to, so that it hides the choice.
-- HAProxy doesn't say which server its retried requests were given to first: they aren't counted.
with observed as (
    select a.pool, a.server, count(*) as first_attempts
    from attempts a
    join requests r on r.source_id = a.source_id and r.line = a.line
    where a.attempt = 1 and a.server is not null
        and ($since::timestamp is null or r.started >= $since::timestamp)
        and ($until::timestamp is null or r.started < $until::timestamp)
        and ($pool::text = '' or a.pool = $pool::text)
    group by a.pool, a.server
),
-- A server is known to the log by its address or by its name, depending on the balancer.
recognised as (
    select
        c.path, c.pool, c.weight, c.backup, c.down, c.share,
        coalesce(o.server, c.name, c.address) as server
    from configured_servers c
    left join observed o on o.pool = c.pool and (o.server = c.address or o.server = c.name)
    where $pool::text = '' or c.pool = $pool::text
),
per_file as (
    select
        path, pool, server,
        sum(share) as share,
        sum(weight)::bigint as weight,
        bool_and(backup) as backup,
        bool_and(down) as down
    from recognised
    group by path, pool, server
),
-- Two configurations that disagree, such as one and its backup copy, say nothing.
intended as (
    select
        pool, server,
        case when count(distinct share) = 1 then min(share) end as share,
        case when count(distinct weight) = 1 then min(weight) end as weight,
        case when count(distinct backup) = 1 then bool_and(backup) end as backup,
        case when count(distinct down) = 1 then bool_and(down) end as down
    from per_file
    group by pool, server
),
both_sides as (
    select
        pool, server, first_attempts, null::double as share, null::bigint as weight,
        null::boolean as backup, null::boolean as down
    from observed
    union all
    select
        pool, server, 0::bigint as first_attempts, share, weight, backup, down
    from intended
),
merged as (
    select
        pool, server,
        sum(first_attempts)::bigint as first_attempts,
        max(share) as share,
        max(weight) as weight,
        bool_or(backup) as backup,
        bool_or(down) as down
    from both_sides
    group by pool, server
),
shares as (
    select
        pool, server, first_attempts, share, weight, backup, down,
        first_attempts / nullif(sum(first_attempts) over (partition by pool), 0) as observed_share
    from merged
)
select
    pool as pool,
    server as server,
    first_attempts as first_attempts,
    observed_share as observed_share,
    share as configured_share,
    observed_share - share as difference,
    weight as weight,
    backup as backup,
    down as down
from shares
order by pool nulls last, first_attempts desc, server;
