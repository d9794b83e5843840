-- Which part of the balancer's requests have what the diagnosis needs.
select
    s.format,
    count(*)::bigint as requests,
    -- What other logs tell isn't what the balancer's log has.
    count(r.server) filter (where p.line is null)::bigint as server,
    count(r.duration_s)::bigint as duration,
    count(coalesce(r.header_s, r.response_s))::bigint as upstream_time,
    count(r.client)::bigint as client,
    count(r.status)::bigint as status,
    count(r.request_id)::bigint as id
from requests r
join sources s using (source_id)
left join placements p using (source_id, line)
group by all
order by all;
