select coalesce(a.code, 0)::integer as code
from traffic t
join records r on r.source_id = t.source_id and r.line = t.line
left join agents a on a.user_agent = r.user_agent
order by t.position;
