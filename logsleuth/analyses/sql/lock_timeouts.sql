-- Statements of MySQL and MariaDB that change data and took a whole number of seconds, hardly more:
-- innodb_lock_wait_timeout is one (MySQL's manual, "InnoDB Startup Options and System Variables"),
-- and what it ends is in no log but that of slow statements.
with slow as (
    select s.event_id, s.source_id, s.line, floor(s.duration_s)::integer as whole_s,
        epoch(s.ts) - s.duration_s as began, epoch(s.ts) as ended,
        s.duration_s >= 1 and s.duration_s - floor(s.duration_s) < $spread_s as cut
    from statements s
    join sources o using (source_id)
    where o.format = 'mysql-slow' and s.duration_s is not null
        and regexp_matches(s.statement, '(?i)^\s*(?:insert|update|delete|replace)\b|\bfor update\b')
),
ranked as (
    select whole_s, count(*) as cuts
    from slow
    where cut and ended >= $onset and ended < $stop + $slack
    group by whole_s
    order by cuts desc, whole_s
    limit 1
)
select
    count(*) filter (where cut and s.whole_s = r.whole_s)::bigint as cuts, r.whole_s as limit_s,
    count(*) filter (where ended >= $onset)::bigint as slow, min(began) filter (where cut and s.whole_s = r.whole_s) as first,
    list_sort(list(event_id) filter (where cut and s.whole_s = r.whole_s))[1:3] as events
from slow s, ranked r
where ended >= $onset and ended < $stop + $slack
group by r.whole_s;
