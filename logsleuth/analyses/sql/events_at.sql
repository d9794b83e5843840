select e.event_id
from traffic t
join events e using (source_id, line)
where list_contains($positions, t.position)
order by t.position;
