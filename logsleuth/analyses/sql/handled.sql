-- What the applications served without complaint in the baseline and in the window, with times, or
-- what the balancer passed on to them: of each side those nearest to the onset.
with handled as (
    select s.event_id, s.source_id, s.line, s.duration_s, s.database_s,
        coalesce(s.instance, '') as place,
        coalesce(s.method || ' ' || s.route, s.route) as route,
        epoch(s.ts) - case when q.stamps = 'start' then 0 else s.duration_s end as began
    from served s
    join sources q using (source_id)
    where not $balancer
        and s.ts is not null and s.duration_s is not null and s.route is not null and s.status < 400
    union all
    select event_id, source_id, line, coalesce(response_s, header_s, duration_s), null,
        server, coalesce(method || ' ' || route, route), epoch(started)
    from requests
    where $balancer
        and started is not null and server is not null and route is not null and status < 400
        and not retried and coalesce(response_s, header_s, duration_s) is not null
),
before as (
    select * from handled where began >= $calm_since and began < $calm_until
    order by abs(began - $onset), source_id, line limit $most
),
during as (
    select * from handled where began >= $onset and began < $stop
    order by began, source_id, line limit $most
)
select
    (dense_rank() over (order by place) - 1)::bigint as place,
    route, began, duration_s,
    coalesce(database_s, 'nan'::double) as database_s,
    event_id
from (select * from before union all select * from during)
order by began, source_id, line;
