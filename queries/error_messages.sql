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
        shape_of(message) as shape,
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
