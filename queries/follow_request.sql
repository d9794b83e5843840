/*
title   = "One request through all layers"
answers = "What did the balancer, the application and the database do for this request, in order?"
columns = [
    "began", "ended", "role", "event_id", "found_by", "instance", "server", "method", "path",
    "status", "duration_s", "level", "text",
]

[parameters]
id = { type = "text", help = "The request id, or a trace id." }
*/
with wanted as (
    -- A case keeps ids of 32 hexadecimal digits as UUIDs, in lower case and without hyphens.
    select $id::text as id
    union
    select lower(replace($id::text, '-', '')) as id
    where regexp_matches(replace($id::text, '-', ''), '^[0-9a-fA-F]{32}$')
),
traces as (
    select distinct e.trace_id
    from aligned e
    join wanted w on w.id = e.request_id
    where e.trace_id is not null
),
found as (
    select
        case
            when request_id in (select id from wanted) then 'request id'
            when trace_id in (select id from wanted) or trace_id in (select trace_id from traces)
                then 'trace id'
            -- In a statement's comment or a message. A shorter text than this is in too many.
            when length($id::text) >= 8
                and (contains(message, $id::text) or contains(statement, $id::text))
                then 'mention'
        end as found_by,
        source_id, line, event_id, ts, role, instance, server, method, path, status, duration_s,
        level, coalesce(statement, message) as text
    from aligned
)
-- By the time that it began, whatever each layer stamps (a database stamps the end); at the same
-- time the outer layer first.
select
    case when s.stamps = 'end' or s.stamps is null and f.role = 'database'
        then f.ts - to_microseconds((coalesce(f.duration_s, 0) * 1000000)::bigint)
        else f.ts end as began,
    case when s.stamps = 'start'
        then f.ts + to_microseconds((coalesce(f.duration_s, 0) * 1000000)::bigint)
        else f.ts end as ended,
    f.role as role,
    f.event_id as event_id,
    f.found_by as found_by,
    f.instance as instance,
    f.server as server,
    f.method as method,
    f.path as path,
    f.status as status,
    f.duration_s as duration_s,
    f.level as level,
    f.text as text
from found f
join sources s on s.source_id = f.source_id
where f.found_by is not null
order by began nulls last, ended desc nulls last,
    case f.role when 'balancer' then 1 when 'application' then 2 when 'database' then 3 else 4 end,
    event_id;
