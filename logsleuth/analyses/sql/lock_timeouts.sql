-- Statements of MySQL and MariaDB that change data and took a whole number of seconds, hardly more:
-- innodb_lock_wait_timeout is one (MySQL's manual, "InnoDB Startup Options and System Variables"),
-- and what it ends is in no log but that of slow statements.
with slow as (
    select s.event_id, floor(s.duration_s)::integer as whole_s,
        epoch(s.ts) - case when o.stamps = 'start' then 0 else s.duration_s end as began,
        s.duration_s - floor(s.duration_s) < $spread_s as cut
    from statements s
    join sources o using (source_id)
    where o.format = 'mysql-slow' and s.duration_s >= 1
        and regexp_matches(s.statement, '(?i)^\s*(?:insert|update|delete|replace)\b|\bfor update\b')
        and epoch(s.ts) >= $onset - $slack and epoch(s.ts) < $stop + $slack
)
select
    count(*)::bigint as cuts, whole_s as limit_s, (select count(*) from slow)::bigint as slow,
    min(began) as first, list_sort(list(event_id))[1:3] as events
from slow
where cut
group by whole_s
order by cuts desc, whole_s
limit 1;
