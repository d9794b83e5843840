select e.event_id, s.path, e.line, e.ts
from aligned e
join sources s using (source_id)
where list_contains($ids, e.event_id)
order by e.event_id;
