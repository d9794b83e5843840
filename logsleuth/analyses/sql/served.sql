-- What each application instance served before and in the window, by its own account.
select
    coalesce(instance, '') as instance,
    count(*) filter (where began >= $calm_since and began < $calm_until)::bigint as before,
    count(*) filter (where began >= $onset and began < $stop)::bigint as during,
    count(*) filter (where began >= $calm_since and began < $calm_until and failed)::bigint as failed_before,
    count(*) filter (where began >= $onset and began < $stop and failed)::bigint as failed_during,
    median(duration_s) filter (where began >= $calm_since and began < $calm_until and not failed) as median_before_s,
    median(duration_s) filter (where began >= $onset and began < $stop and not failed) as median_during_s,
    median(database_s) filter (where began >= $calm_since and began < $calm_until) as database_before_s,
    median(database_s) filter (where began >= $onset and began < $stop) as database_during_s
from (
    select instance, failed, duration_s, database_s, epoch(ts) - coalesce(duration_s, 0) as began
    from served
    where ts is not null
)
group by instance
order by instance;
