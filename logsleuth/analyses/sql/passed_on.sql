-- What the balancer passed on and saw answered without complaint in the baseline and in the window,
-- with times, as `handled.sql` has the applications' own lines: of each side those nearest the onset.
with passed as (
    select event_id, source_id, line, coalesce(response_s, header_s, duration_s) as duration_s,
        server as place, coalesce(method || ' ' || route, route) as route, epoch(started) as began
    from requests
    where started is not null and server is not null and route is not null and status < 400
        and not retried and coalesce(response_s, header_s, duration_s) is not null
),
before as (
    select * from passed where began >= $calm_since and began < $calm_until
    order by abs(began - $onset), source_id, line limit $most
),
during as (
    select * from passed where began >= $onset and began < $stop
    order by began, source_id, line limit $most
)
select
    (dense_rank() over (order by place) - 1)::bigint as place,
    route, began, duration_s, 'nan'::double as database_s, event_id
from (select * from before union all select * from during)
order by began, source_id, line;
