/*
title   = "Which pool serves which route, before and after a moment"
answers = "Were requests sent to another pool since the change?"
columns = [
    "route", "pool", "requests_before", "share_before", "failure_rate_before", "requests_after",
    "share_after", "failure_rate_after", "moved",
]

[parameters]
moment = { type = "timestamp", help = "What parts before from after, such as a reload." }
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
top    = { type = "integer", default = 100, help = "So many rows." }
*/
-- A request without a pool is one that no pool was found for, or that the log doesn't name it for.
with counted as (
    select
        route, pool,
        count(*) filter (where started < $moment::timestamp) as requests_before,
        count(*) filter (where failed and started < $moment::timestamp) as failures_before,
        count(*) filter (where started >= $moment::timestamp) as requests_after,
        count(*) filter (where failed and started >= $moment::timestamp) as failures_after
    from requests
    where started is not null
        and ($since::timestamp is null or started >= $since::timestamp)
        and ($until::timestamp is null or started < $until::timestamp)
    group by route, pool
),
-- A share is that of the route's requests: a route that wasn't asked for then has none.
shares as (
    select
        route, pool, requests_before, failures_before, requests_after, failures_after,
        requests_before / nullif(sum(requests_before) over (partition by route), 0)
            as share_before,
        requests_after / nullif(sum(requests_after) over (partition by route), 0)
            as share_after
    from counted
)
select
    route as route,
    pool as pool,
    requests_before as requests_before,
    share_before as share_before,
    failures_before / nullif(requests_before, 0) as failure_rate_before,
    requests_after as requests_after,
    share_after as share_after,
    failures_after / nullif(requests_after, 0) as failure_rate_after,
    abs(share_after - share_before) as moved
from shares
order by moved desc nulls last, requests_after desc, requests_before desc, route nulls last,
    pool nulls last
limit $top::integer;
