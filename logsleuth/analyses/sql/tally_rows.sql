-- What the lines say of each request, as small numbers in order of the requests.
select
    coalesce(a.code, 0)::integer as agent,
    coalesce(f.code, 0)::integer as referrer,
    coalesce(r.bytes, 0)::bigint as sent
from traffic t
join records r on r.source_id = t.source_id and r.line = t.line
left join agents a on a.user_agent = r.user_agent
left join referrers f on f.referer = r.referer
order by t.position;
