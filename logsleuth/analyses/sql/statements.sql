-- Statements that the database itself timed, by what they do.
with timed as (
    select
        t.event_id, t.source_id, t.line,
        outline_of(t.statement) as outline,
        t.duration_s, t.user_name, t.database,
        epoch(t.ts) - case when s.stamps = 'end' then t.duration_s else 0 end as started
    from statements t
    join sources s using (source_id)
    where t.statement is not null and t.duration_s is not null and t.ts is not null
),
-- There are few outlines, so all but the first look is at each of them once.
kinds as (
    select outline, fingerprint_of_outline(outline) as fingerprint
    from (select distinct outline from timed)
)
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
join kinds using (outline)
group by fingerprint
order by busy_during_s desc, fingerprint;
