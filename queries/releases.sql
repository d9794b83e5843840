/*
title   = "Which release each instance served, and how well"
answers = "When did a release reach each instance, and did failures or latency come with it?"
columns = [
    "instance", "release", "first_ts", "last_ts", "requests", "failures", "failure_rate", "p50_s",
    "p95_s", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
select
    instance as instance,
    release as release,
    min(ts) as first_ts,
    max(ts) as last_ts,
    count(*) as requests,
    count(*) filter (where failed) as failures,
    count(*) filter (where failed) / nullif(count(*), 0) as failure_rate,
    quantile_cont(duration_s, 0.5) as p50_s,
    quantile_cont(duration_s, 0.95) as p95_s,
    arg_min(event_id, (ts, source_id, line)) as first_event_id
from served
where release is not null
    and ($since::timestamp is null or ts >= $since::timestamp)
    and ($until::timestamp is null or ts < $until::timestamp)
group by instance, release
order by first_ts nulls last, instance nulls last, release;
