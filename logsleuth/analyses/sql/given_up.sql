-- How long the balancer waited for each attempt that it gave up: a request that is tried again
-- takes several such times.
select count(*)::bigint as attempts, median(a.response_s) as typical_s,
    quantile_cont(a.response_s, 0.8) - quantile_cont(a.response_s, 0.2) as spread_s
from attempts a
join requests r using (event_id)
where a.status = 504 and a.response_s is not null
    and epoch(r.started) >= $onset and epoch(r.started) < $stop;
