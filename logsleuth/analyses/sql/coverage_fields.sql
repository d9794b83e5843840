-- Which part of the balancer's requests have what the diagnosis needs.
select
    starts_with(s.format, 'haproxy') as haproxy,
    count(*)::bigint as requests,
    count(r.server)::bigint as server,
    count(r.duration_s)::bigint as duration,
    count(coalesce(r.header_s, r.response_s))::bigint as upstream_time,
    count(r.client)::bigint as client,
    count(r.status)::bigint as status,
    count(r.request_id)::bigint as id
from requests r
join sources s using (source_id)
group by all
order by all;
