/*
title   = "Attempts, failures and response times of each server"
answers = "Which server fails or is slow, counting the failures that a retry hid from the client?"
columns = [
    "pool", "server", "attempts", "first_attempts", "failures", "failure_rate",
    "share_of_failures", "p50_s", "p95_s", "first_failure", "first_failed_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
*/
-- A request without a server is one that the balancer answered by itself: it keeps a row, because
-- "no server was to be had" is the failure of nobody else.
with tried as (
    select
        coalesce(a.pool, r.pool) as pool,
        a.server, a.attempt,
        -- HAProxy times the answer's beginning only.
        coalesce(a.response_s, a.header_s) as response_s,
        -- No status: the attempt failed if another one followed it, or if the request did.
        case when a.event_id is null then r.failed
            else coalesce(a.status >= 500, a.attempt < a.attempts or r.failed) end as failed,
        r.started, r.event_id, r.source_id, r.line
    from requests r
    left join attempts a on a.source_id = r.source_id and a.line = r.line
    where ($since::timestamp is null or r.started >= $since::timestamp)
        and ($until::timestamp is null or r.started < $until::timestamp)
        and ($pool::text = '' or coalesce(a.pool, r.pool) = $pool::text)
)
select
    pool as pool,
    server as server,
    count(*) as attempts,
    count(*) filter (where attempt = 1) as first_attempts,
    count(*) filter (where failed) as failures,
    count(*) filter (where failed) / nullif(count(*), 0) as failure_rate,
    count(*) filter (where failed)
        / nullif(sum(count(*) filter (where failed)) over (), 0) as share_of_failures,
    quantile_cont(response_s, 0.5) as p50_s,
    quantile_cont(response_s, 0.95) as p95_s,
    min(started) filter (where failed) as first_failure,
    arg_min(event_id, (started, source_id, line)) filter (where failed) as first_failed_event_id
from tried
group by pool, server
order by failures desc, pool nulls last, server nulls last;
