/*
title   = "Errors in words, of every component"
answers = "What do the components complain about, how often, and since when?"
columns = [
    "role", "level", "shape", "messages", "instances", "first_ts", "last_ts", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
role  = { type = "text", default = "", help = "Only balancer, application or database." }
top   = { type = "integer", default = 100, help = "So many rows." }
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
        role, level, instance, ts, event_id, source_id, line
    from messages
    where level in ('error', 'fatal')
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
        and ($role::text = '' or role = $role::text)
)
select
    role as role,
    level as level,
    shape as shape,
    count(*) as messages,
    count(distinct instance) as instances,
    min(ts) as first_ts,
    max(ts) as last_ts,
    arg_min(event_id, (ts, source_id, line)) as first_event_id
from shaped
group by role, level, shape
order by messages desc, role, level, shape
limit $top::integer;
