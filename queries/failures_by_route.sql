/*
title   = "Failures of each route"
answers = "Is it everything, or only some routes?"
columns = [
    "method", "route", "requests", "failures", "failure_rate", "share_of_failures", "refused",
    "aborted", "first_failure", "first_failed_event_id",
]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
pool   = { type = "text", default = "", help = "Only this pool." }
server = { type = "text", default = "", help = "Only what this server answered." }
top    = { type = "integer", default = 50, help = "So many rows." }
*/
select
    method as method,
    route as route,
    count(*) as requests,
    count(*) filter (where failed) as failures,
    count(*) filter (where failed) / nullif(count(*), 0) as failure_rate,
    count(*) filter (where failed)
        / nullif(sum(count(*) filter (where failed)) over (), 0) as share_of_failures,
    count(*) filter (where refused) as refused,
    count(*) filter (where aborted) as aborted,
    min(started) filter (where failed) as first_failure,
    arg_min(event_id, (started, source_id, line)) filter (where failed) as first_failed_event_id
from requests
where ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
    and ($pool::text = '' or pool = $pool::text)
    and ($server::text = '' or server = $server::text)
group by method, route
order by failures desc, requests desc, route nulls last, method nulls last
limit $top::integer;
