/*
title   = "Statements by the time that they took"
answers = "Which statement keeps the database busy, and which one is slow?"
columns = [
    "fingerprint", "statements", "timed", "failures", "total_s", "mean_s", "p95_s", "max_s",
    "first_ts", "last_ts", "slowest_event_id",
]

[parameters]
since    = { type = "timestamp", default = "", help = "From this time on." }
until    = { type = "timestamp", default = "", help = "Before this time." }
database = { type = "text", default = "", help = "Only this database." }
top      = { type = "integer", default = 50, help = "So many rows." }
*/
with masked as (
    select
        outline_of(coalesce(statement, message)) as outline,
        duration_s, level, ts, event_id, source_id, line
    from statements
    where ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
        and ($database::text = '' or database = $database::text)
),
-- There are few outlines, so all but the first look is at each of them once.
kinds as (
    select outline, fingerprint_of_outline(outline) as fingerprint
    from (select distinct outline from masked where outline is not null)
)
select
    fingerprint as fingerprint,
    count(*) as statements,
    count(duration_s) as timed,
    count(*) filter (where level in ('error', 'fatal')) as failures,
    sum(duration_s) as total_s,
    avg(duration_s) as mean_s,
    quantile_cont(duration_s, 0.95) as p95_s,
    max(duration_s) as max_s,
    min(ts) as first_ts,
    max(ts) as last_ts,
    arg_max(event_id, (coalesce(duration_s, -1), source_id, line)) as slowest_event_id
from masked
left join kinds using (outline)
group by fingerprint
order by total_s desc nulls last, statements desc, fingerprint nulls last
limit $top::integer;
