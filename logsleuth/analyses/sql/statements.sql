-- Statements that the database itself timed, by what they do.
select
    fingerprint,
    count(*) filter (where started >= $calm_since and started < $calm_until)::bigint as calls_before,
    count(*) filter (where started >= $onset and started < $stop)::bigint as calls_during,
    coalesce(sum(duration_s) filter (where started >= $calm_since and started < $calm_until), 0) as busy_before_s,
    coalesce(sum(duration_s) filter (where started >= $onset and started < $stop), 0) as busy_during_s,
    median(duration_s) filter (where started >= $calm_since and started < $calm_until) as median_before_s,
    median(duration_s) filter (where started >= $onset and started < $stop) as median_during_s,
    min(started) filter (where started >= $onset - 5 and started < $stop) as first_started,
    arg_min(event_id, (started, source_id, line))
        filter (where started >= $onset - 5 and started < $stop) as first_event,
    arg_max(event_id, (duration_s, source_id, line))
        filter (where started >= $onset and started < $stop) as longest_event,
    min(user_name) as user_name,
    min(database) as database
from timed
join kinds using (kind)
group by fingerprint
order by busy_during_s desc, fingerprint;
