/*
title   = "Changes that the evidence records"
answers = "What was deployed or changed shortly before it began?"
columns = [
    "ts", "kind", "role", "event_id", "instance", "release", "user_name", "message",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
-- Of health checks only what they did to the rotation is a change.
with told as (
    select
        change_of(role, message) as kind,
        ts, role, event_id, coalesce(server, instance) as instance, release, user_name, message
    from aligned
    where message is not null and status is null and method is null and duration_s is null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    ts as ts,
    kind as kind,
    role as role,
    event_id as event_id,
    instance as instance,
    release as release,
    user_name as user_name,
    message as message
from told
where kind is not null
order by ts nulls last, event_id;
