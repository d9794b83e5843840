/*
title   = "Templates of messages"
answers = "What kinds of messages are there, how many of each, and from which components?"
columns = [
    "role", "template", "level", "messages", "instances", "first_ts", "last_ts", "first_event_id",
    "template_id",
]

[parameters]
role  = { type = "text", default = "", help = "Only balancer, application or database." }
top   = { type = "integer", default = 100, help = "So many rows." }
*/
with named as (
    select distinct template_id, template from forms
)
select
    m.role as role,
    n.template as template,
    arg_min(m.level, (m.ts, m.source_id, m.line)) as level,
    count(*) as messages,
    count(distinct m.instance) as instances,
    min(m.ts) as first_ts,
    max(m.ts) as last_ts,
    arg_min(m.event_id, (m.ts, m.source_id, m.line)) as first_event_id,
    m.template_id as template_id
from messages m
join named n on n.template_id = m.template_id
where $role::text = '' or m.role = $role::text
group by all
order by messages desc, role, template
limit $top::integer;
