/*
title   = "Messages that were never seen before"
answers = "What did the components begin to say at the incident that they hadn't said until then?"
columns = [
    "role", "shape", "level", "messages", "instances", "first_ts", "last_ts", "first_event_id",
    "role_messages_before",
]

[parameters]
after = { type = "timestamp", help = "First seen at this time or later, such as the onset." }
until = { type = "timestamp", default = "", help = "First seen before this time." }
role  = { type = "text", default = "", help = "Only balancer, application or database." }
top   = { type = "integer", default = 100, help = "So many rows." }
*/
with shaped as (
    select
        shape_of(message) as shape,
        role, level, instance, ts, event_id, source_id, line
    from messages
    where ts is not null and ($role::text = '' or role = $role::text)
),
-- Where a role said nothing before, all that it says is new, and that means little.
before as (
    select role, count(*) filter (where ts < $after::timestamp) as messages
    from shaped
    group by role
),
novel as (
    select
        role, shape,
        arg_min(level, (ts, source_id, line)) as level,
        count(*) as messages,
        count(distinct instance) as instances,
        min(ts) as first_ts,
        max(ts) as last_ts,
        arg_min(event_id, (ts, source_id, line)) as first_event_id
    from shaped
    group by role, shape
    having min(ts) >= $after::timestamp
        and ($until::timestamp is null or min(ts) < $until::timestamp)
)
select
    n.role as role,
    n.shape as shape,
    n.level as level,
    n.messages as messages,
    n.instances as instances,
    n.first_ts as first_ts,
    n.last_ts as last_ts,
    n.first_event_id as first_event_id,
    b.messages as role_messages_before
from novel n
join before b on b.role = n.role
order by first_ts, role, shape
limit $top::integer;
