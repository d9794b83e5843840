/*
title   = "Requests, failures and latency over time"
answers = "When did it begin, when did it end, and was it failures, slowness or missing traffic?"
columns = ["ts", "requests", "failures", "failure_rate", "refused", "aborted", "p50_s", "p95_s"]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
bucket = { type = "integer", default = 60, help = "Seconds of a row." }
pool   = { type = "text", default = "", help = "Only this pool." }
*/
with asked as (
    select
        time_bucket(to_seconds($bucket::integer), started) as ts,
        failed, refused, aborted, duration_s
    from requests
    where started is not null
        and ($since::timestamp is null or started >= $since::timestamp)
        and ($until::timestamp is null or started < $until::timestamp)
        and ($pool::text = '' or pool = $pool::text)
),
span as (
    select min(ts) as first_ts, max(ts) as last_ts from asked
),
-- A bucket without requests is a finding, so it gets a row. Only between the first request and
-- the last: outside of them the silence may be that of the evidence.
buckets as (
    select unnest(generate_series(first_ts, last_ts, to_seconds($bucket::integer))) as ts
    from span
)
select
    b.ts as ts,
    count(a.ts) as requests,
    count(*) filter (where a.failed) as failures,
    count(*) filter (where a.failed) / nullif(count(a.ts), 0) as failure_rate,
    count(*) filter (where a.refused) as refused,
    count(*) filter (where a.aborted) as aborted,
    quantile_cont(a.duration_s, 0.5) as p50_s,
    quantile_cont(a.duration_s, 0.95) as p95_s
from buckets b
left join asked a on a.ts = b.ts
group by b.ts
order by ts;
