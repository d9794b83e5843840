/*
title   = "Requests that the client gave up"
answers = "Where do clients leave before the answer, and how long did they wait?"
columns = [
    "pool", "route", "requests", "aborts", "abort_rate", "p50_s", "p95_s", "first_started",
    "last_started", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
top   = { type = "integer", default = 50, help = "So many rows." }
*/
select
    pool as pool,
    route as route,
    count(*) as requests,
    count(*) filter (where aborted) as aborts,
    count(*) filter (where aborted) / nullif(count(*), 0) as abort_rate,
    quantile_cont(duration_s, 0.5) filter (where aborted) as p50_s,
    quantile_cont(duration_s, 0.95) filter (where aborted) as p95_s,
    min(started) filter (where aborted) as first_started,
    max(started) filter (where aborted) as last_started,
    arg_min(event_id, (started, source_id, line)) filter (where aborted) as first_event_id
from requests
where ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
    and ($pool::text = '' or pool = $pool::text)
group by pool, route
having count(*) filter (where aborted) > 0
order by aborts desc, requests desc, pool nulls last, route nulls last
limit $top::integer;
