-- How long the applications took for what one client asks of them, and for others' same requests
-- there while it was asking, by their own account.
with told as (
    select event_id, told_client(client, message) as who, coalesce(instance, '') as place,
        coalesce(method, '') as method, coalesce(route, route_of(path)) as route,
        duration_s, epoch(ts) as ended
    from aligned
    where role = 'application' and status < 400 and duration_s is not null
        and epoch(ts) >= $onset and epoch(ts) < $stop
),
its as (select * from told where who = $client),
asked as (
    select place, method, route, min(ended) as since, max(ended) as until
    from its group by all having count(*) >= $compared
),
others as (
    select t.* from told t join asked a using (place, method, route)
    where t.who is distinct from $client and t.ended between a.since and a.until
),
same as (select i.* from its i join asked a using (place, method, route))
select
    (select count(*) from same)::bigint, (select count(*) from others)::bigint,
    (select median(duration_s) from same), (select median(duration_s) from others),
    (select quantile_cont(duration_s, 0.25) from same),
    (select quantile_cont(duration_s, 0.75) from others),
    (select arg_max(event_id, duration_s) from same);
