-- The path of each request between two positions, as a number that equal paths share.
select (hash(coalesce(r.path, '')) >> 1)::bigint as uri
from traffic t
join records r using (source_id, line)
where t.position between $first and $last
order by t.position;
