/*
title   = "Errors of the database over time"
answers = "What did the database refuse or fail at, how often, and since when?"
columns = ["ts", "level", "error_code", "shape", "messages", "first_event_id"]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
bucket = { type = "integer", default = 60, help = "Seconds of a row." }
*/
with shaped as (
    select
        shape_of(message) as shape,
        time_bucket(to_seconds($bucket::integer), ts) as bucket_ts,
        level, error_code, ts, event_id, source_id, line
    from messages
    where role = 'database' and level in ('error', 'fatal')
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    bucket_ts as ts,
    level as level,
    error_code as error_code,
    shape as shape,
    count(*) as messages,
    arg_min(event_id, (shaped.ts, source_id, line)) as first_event_id
from shaped
group by bucket_ts, level, error_code, shape
order by ts nulls last, messages desc, level, error_code nulls last, shape;
