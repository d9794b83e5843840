-- Routes that the applications were asked for in the window and not before.
select coalesce(method || ' ' || route, route) as route,
    count(*) filter (where epoch(ts) >= $calm_since and epoch(ts) < $calm_until)::bigint as before,
    count(*) filter (where epoch(ts) >= $onset and epoch(ts) < $stop)::bigint as during,
    count(*) filter (where epoch(ts) >= $onset and epoch(ts) < $stop and status between 400 and 499)::bigint
        as refused_during,
    arg_min(event_id, (ts, source_id, line)) filter (where epoch(ts) >= $onset) as first_event,
    median(duration_s) filter (where epoch(ts) >= $onset and epoch(ts) < $stop)
        - median(duration_s) filter (where epoch(ts) >= $calm_since and epoch(ts) < $calm_until) as slower_s,
    median(database_s) filter (where epoch(ts) >= $onset and epoch(ts) < $stop)
        - median(database_s) filter (where epoch(ts) >= $calm_since and epoch(ts) < $calm_until) as database_slower_s,
    median(duration_s) filter (where epoch(ts) >= $onset and epoch(ts) < $stop) as median_s
from served
where ts is not null and route is not null
group by 1
order by during desc, route
limit 2000;
