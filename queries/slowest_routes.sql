/*
title   = "Latency of each route"
answers = "Which routes are slow, and is it all of their requests or the tail?"
columns = [
    "method", "route", "requests", "p50_s", "p95_s", "p99_s", "max_s", "total_s",
    "slowest_event_id",
]

[parameters]
since    = { type = "timestamp", default = "", help = "From this time on." }
until    = { type = "timestamp", default = "", help = "Before this time." }
pool     = { type = "text", default = "", help = "Only this pool." }
server   = { type = "text", default = "", help = "Only what this server answered." }
at_least = { type = "integer", default = 1, help = "Only routes of so many timed requests." }
top      = { type = "integer", default = 50, help = "So many rows." }
*/
select
    method as method,
    route as route,
    count(*) as requests,
    quantile_cont(duration_s, 0.5) as p50_s,
    quantile_cont(duration_s, 0.95) as p95_s,
    quantile_cont(duration_s, 0.99) as p99_s,
    max(duration_s) as max_s,
    sum(duration_s) as total_s,
    arg_max(event_id, (duration_s, source_id, line)) as slowest_event_id
from requests
where duration_s is not null
    and ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
    and ($pool::text = '' or pool = $pool::text)
    and ($server::text = '' or server = $server::text)
group by method, route
having count(*) >= $at_least::integer
order by p95_s desc, route nulls last, method nulls last
limit $top::integer;
