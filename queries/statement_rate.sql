/*
title   = "Logged statements over time"
answers = "Did the database get slower, or busier, and when?"
columns = ["ts", "statements", "timed", "failures", "total_s", "p50_s", "p95_s", "max_s"]

[parameters]
since    = { type = "timestamp", default = "", help = "From this time on." }
until    = { type = "timestamp", default = "", help = "Before this time." }
bucket   = { type = "integer", default = 60, help = "Seconds of a row." }
database = { type = "text", default = "", help = "Only this database." }
*/
-- Where the database logs slow statements only, these are the slow ones and not its load.
with logged as (
    select time_bucket(to_seconds($bucket::integer), ts) as ts, duration_s, level
    from statements
    where ts is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
        and ($database::text = '' or database = $database::text)
),
span as (
    select min(ts) as first_ts, max(ts) as last_ts from logged
),
buckets as (
    select unnest(generate_series(first_ts, last_ts, to_seconds($bucket::integer))) as ts
    from span
)
select
    b.ts as ts,
    count(l.ts) as statements,
    count(l.duration_s) as timed,
    count(*) filter (where l.level in ('error', 'fatal')) as failures,
    sum(l.duration_s) as total_s,
    quantile_cont(l.duration_s, 0.5) as p50_s,
    quantile_cont(l.duration_s, 0.95) as p95_s,
    max(l.duration_s) as max_s
from buckets b
left join logged l on l.ts = b.ts
group by b.ts
order by ts;
