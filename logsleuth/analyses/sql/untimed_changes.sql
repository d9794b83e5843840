-- State lines of a balancer's log that has no time on them, between requests that have: HAProxy
-- without syslog's header. They were written after the requests before them had ended.
with untimed as (
    select event_id, source_id, line, role, server, instance, pool, message,
        change_of(role, message) as kind
    from events
    where role = 'balancer' and ts is null and message is not null and not left_out
        and change_of(role, message) is not null
    order by source_id, line
    limit 400
),
neighbours as (
    select u.event_id, max(epoch(a.ts) + coalesce(a.duration_s, 0)) as ts
    from untimed u
    join aligned a
        on a.source_id = u.source_id and a.line between u.line - $near and u.line - 1
    where a.ts is not null
    group by u.event_id
)
select u.event_id, n.ts, u.role, u.kind,
    coalesce(u.server, u.instance, '') as target,
    coalesce(u.pool, '') as pool,
    left(split_part(u.message, chr(10), 1), 240) as message
from untimed u
join neighbours n using (event_id)
order by n.ts, u.source_id, u.line;
