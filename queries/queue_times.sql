/*
title   = "Time in the balancer's queue"
answers = "Did requests wait for a free connection to a server, in which pool and since when?"
columns = [
    "ts", "pool", "server", "requests", "queued", "queued_share", "p50_s", "p95_s", "max_s",
    "failures",
]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
bucket = { type = "integer", default = 60, help = "Seconds of a row." }
pool   = { type = "text", default = "", help = "Only this pool." }
*/
-- Only requests that state their time in the queue. One without a server left the queue unserved.
select
    time_bucket(to_seconds($bucket::integer), started) as ts,
    pool as pool,
    server as server,
    count(*) as requests,
    count(*) filter (where queue_s > 0) as queued,
    count(*) filter (where queue_s > 0) / nullif(count(*), 0) as queued_share,
    quantile_cont(queue_s, 0.5) as p50_s,
    quantile_cont(queue_s, 0.95) as p95_s,
    max(queue_s) as max_s,
    count(*) filter (where failed) as failures
from requests
where queue_s is not null and started is not null
    and ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
    and ($pool::text = '' or pool = $pool::text)
group by 1, 2, 3
order by ts, pool nulls last, server nulls last;
