/*
title   = "What routes took beyond the others beside them"
answers = "Is one route slow by itself, where all wait for the workers that it keeps?"
columns = ["route", "requests", "p50_s", "beside_p50_s", "beyond_s"]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
with asked as (
    select instance, coalesce(method || ' ' || route, route) as route, duration_s,
        floor(epoch(ts) - duration_s) as began
    from served
    where duration_s is not null and status < 400 and route is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
    union all
    -- Without a log of the applications, by what the balancer passed on to its servers.
    select server, coalesce(method || ' ' || route, route),
        coalesce(response_s, header_s, duration_s), floor(epoch(started))
    from requests
    where status < 400 and route is not null and server is not null and not retried
        and coalesce(response_s, header_s, duration_s) is not null
        and ($since::timestamp is null or started >= $since::timestamp)
        and ($until::timestamp is null or started < $until::timestamp)
        and not exists (select 1 from served where duration_s is not null)
),
-- Who comes to one instance in one second waits in one queue there, whatever he asks for.
beside as (
    select a.route, a.began, a.instance, median(b.duration_s) as others_s
    from (select distinct route, began, instance from asked) a
    join asked b on b.instance is not distinct from a.instance and b.began = a.began
        and b.route <> a.route
    group by all
)
select
    a.route as route,
    count(*) as requests,
    median(a.duration_s) as p50_s,
    median(b.others_s) as beside_p50_s,
    median(a.duration_s - b.others_s) as beyond_s
from asked a
left join beside b on b.route = a.route and b.began = a.began
    and b.instance is not distinct from a.instance
group by a.route
order by beyond_s desc nulls last, route;
