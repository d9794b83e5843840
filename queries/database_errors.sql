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
        -- The first line and the exception below it, with what is quoted, hexadecimal or a
        -- number masked.
        regexp_replace(
            regexp_replace(
                concat_ws(' | ', split_part(message, chr(10), 1), nullif(regexp_extract(message,
                    '\n((?:Caused by: )?[A-Za-z_][\w.$]*(?:Error|Exception|Timeout)\b[^\n]*)',
                    1), '')),
                '"[^"]*"|(^|[^A-Za-z0-9])''[^'']*''', '\1?', 'g'),
            '\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{18,27}\b|\b0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8,}\b'
            || '|[0-9]+([.,:][0-9]+)*',
            '#', 'g') as shape,
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
