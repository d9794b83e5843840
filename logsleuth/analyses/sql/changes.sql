-- Reloads, state changes of servers, deploys and starts: what somebody or something did. What has a
-- status or a method is a request, and "Started GET" the beginning of one.
select event_id, epoch(ts) as ts, role,
    change_of(role, message) as kind,
    coalesce(server, instance, '') as target,
    coalesce(pool, '') as pool,
    left(split_part(message, chr(10), 1), 240) as message
from aligned
where message is not null and ts is not null
    and (role in ('balancer', 'change')
        or (role = 'application' and status is null and method is null))
    and kind is not null
order by ts, source_id, line
limit 20000;
