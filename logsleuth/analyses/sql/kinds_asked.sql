-- How often this case said each of the kinds that either case has.
select a.role, a.shape, k.level, coalesce(k.said, 0)::bigint as said, k.event_id
from (select unnest($roles) as role, unnest($shapes) as shape) a
left join kinds_said k on k.role = a.role and k.shape = a.shape
order by a.role, a.shape;
