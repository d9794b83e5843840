select
    t.started,
    coalesce(t.duration_s, 'nan'::double) as duration_s,
    coalesce(t.queue_s, 'nan'::double) as queue_s,
    coalesce(t.header_s, t.response_s, 'nan'::double) as header_s,
    coalesce(t.status, 0)::integer as status,
    coalesce(t.upstream_status, 0)::integer as upstream_status,
    t.failed, t.refused, t.aborted,
    (t.retried or t.retries > 0) as retried,
    coalesce(t.termination, '') like 'SC%' or coalesce(t.termination, '') like 'sC%' as unconnected,
    coalesce(t.termination, '') like 'sQ%' or coalesce(t.termination, '') like 'PR%'
        or coalesce(t.termination, '') like 'PQ%' as turned_away,
    p.code::integer as pool, s.code::integer as server, f.code::integer as first_server,
    r.code::integer as route, c.code::integer as client
from traffic t
join texts p on p.kind = 'pool' and p.text = t.pool
join texts s on s.kind = 'server' and s.text = t.server
join texts f on f.kind = 'server' and f.text = t.first_server
join texts r on r.kind = 'route' and r.text = t.route
join texts c on c.kind = 'client' and c.text = t.client
order by t.position;
