select
    started,
    coalesce(duration_s, 'nan'::double) as duration_s,
    coalesce(queue_s, 'nan'::double) as queue_s,
    coalesce(header_s, response_s, 'nan'::double) as header_s,
    coalesce(status, 0)::integer as status,
    failed, refused, aborted, retried, redispatched,
    coalesce(termination, '') like 'SC%' or coalesce(termination, '') like 'sC%' as unconnected,
    coalesce(termination, '') like 'sQ%' or coalesce(termination, '') like 'PR%'
        or coalesce(termination, '') like 'PQ%' as turned_away,
    pool, server, first_server, route, client
from traffic
where position >= $first and position < $stop
order by position;
