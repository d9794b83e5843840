-- How instances fared on a release before the service broke, and those without it after that: a
-- request went badly if it failed, was refused where others are served, or took long for its route.
with starts as (
    select unnest($instances::varchar[]) as instance, unnest($moments::double[]) as began
),
calm as (
    select route, 2.5 * quantile_cont(duration_s, 0.9) + 0.05 as limit_s, median(duration_s) as usual_s
    from served
    where epoch(ts) >= $calm_since and epoch(ts) < $calm_until
    group by route
),
told as (
    select
        s.began,
        epoch(v.ts) - coalesce(v.duration_s, 0) as asked,
        v.failed or v.status in (400, 404, 405, 410, 421, 429)
            or coalesce(v.duration_s > c.limit_s, false) as bad,
        v.duration_s / nullif(c.usual_s, 0) as slower
    from served v
    join starts s on s.instance = v.instance
    left join calm c on c.route = v.route
    where v.ts is not null and ($route is null or coalesce(v.method || ' ' || v.route, v.route) = $route)
)
select
    count(*) filter (where asked >= began and asked < $onset)::bigint as released_early,
    count(*) filter (where asked >= began and asked < $onset and bad)::bigint as released_early_bad,
    count(*) filter (where asked >= $onset and asked < least(began, $stop))::bigint as unreleased_late,
    count(*) filter (where asked >= $onset and asked < least(began, $stop) and bad)::bigint
        as unreleased_late_bad,
    count(*) filter (where asked >= greatest(began, $onset) and asked < $stop)::bigint as released_late,
    count(*) filter (where asked >= greatest(began, $onset) and asked < $stop and bad)::bigint
        as released_late_bad,
    median(slower) filter (where asked >= began and asked < $onset and not bad) as released_early_slower
from told;
