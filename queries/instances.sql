/*
title   = "What each application instance served"
answers = "Is one instance worse than its equals, and did it wait for the database?"
columns = [
    "instance", "requests", "failures", "failure_rate", "p50_s", "p95_s", "queue_p95_s",
    "database_p50_s", "database_p95_s", "database_share", "first_ts", "last_ts",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
route = { type = "text", default = "", help = "Only this route." }
*/
select
    instance as instance,
    count(*) as requests,
    count(*) filter (where failed) as failures,
    count(*) filter (where failed) / nullif(count(*), 0) as failure_rate,
    quantile_cont(duration_s, 0.5) as p50_s,
    quantile_cont(duration_s, 0.95) as p95_s,
    quantile_cont(queue_s, 0.95) as queue_p95_s,
    quantile_cont(database_s, 0.5) as database_p50_s,
    quantile_cont(database_s, 0.95) as database_p95_s,
    -- Of the requests that state both. It includes the wait for a connection and for a CPU of its
    -- own, so that a large one is no proof against the database.
    sum(database_s) filter (where duration_s is not null)
        / nullif(sum(duration_s) filter (where database_s is not null), 0) as database_share,
    min(ts) as first_ts,
    max(ts) as last_ts
from served
where ($since::timestamp is null or ts >= $since::timestamp)
    and ($until::timestamp is null or ts < $until::timestamp)
    and ($route::text = '' or route = $route::text)
group by instance
order by failures desc, p95_s desc nulls last, instance nulls last;
