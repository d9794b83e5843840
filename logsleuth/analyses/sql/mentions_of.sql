-- What was said about a request by its id: messages and statements that aren't its access lines.
select e.event_id, epoch(e.ts) as ts, e.role, coalesce(e.statement, e.message) as text
from events e
where e.status is null and e.duration_s is null and e.ts is not null and length($id) >= 8
    and (e.request_id = $id or e.trace_id = $id or contains(e.message, $id)
        or contains(e.statement, $id))
order by e.ts, e.event_id
limit 20;
