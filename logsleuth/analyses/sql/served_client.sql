-- How long the applications took for what one client asks of them, and for others' same requests
-- there while it was asking, by their own account.
with told as (
    select event_id, coalesce(told_client(client, message) = $client, false) as its,
        coalesce(instance, '') as place, coalesce(method, '') as method,
        coalesce(route, route_of(path)) as route, duration_s, epoch(ts) as ended
    from aligned
    where role = 'application' and status < 400 and duration_s is not null
        and epoch(ts) >= $onset and epoch(ts) < $stop
),
asked as (
    select place, method, route, min(ended) as since, max(ended) as until
    from told where its group by place, method, route having count(*) >= $compared
)
select
    count(*) filter (where its)::bigint as its,
    count(*) filter (where not its)::bigint as others,
    median(duration_s) filter (where its) as its_s,
    median(duration_s) filter (where not its) as others_s,
    quantile_cont(duration_s, 0.25) filter (where its) as its_least_s,
    quantile_cont(duration_s, 0.75) filter (where not its) as others_most_s,
    arg_max(event_id, (duration_s, event_id)) filter (where its) as event
from told join asked using (place, method, route)
where ended between since and until;
