-- What was said of locks since shortly before the onset, with the statements that waited, and how
-- many more such lines there were than the baseline's pace would give. Processes that waited are
-- counted once each: a nightly job that deadlocks over and over is few processes.
with said as (
    select
        concat_ws(' ', statement, message, detail) as text, pid, epoch(ts) as moment
    from aligned
    where role = 'database' and ts is not null
        and (regexp_matches(message, '(?i)lock') or lock_s >= 1)
),
shaped as (
    select shape_of(text) as shape, min(text) as text,
        count(distinct coalesce(pid, moment::bigint)) filter (where moment >= $since and moment < $stop) as lines,
        count(*) filter (where moment >= $calm_since and moment < least($calm_until, $since)) as before
    from said
    group by shape
)
select text,
    greatest(lines - before * ($stop - $since) / greatest($calm_until - $calm_since, 1), 0)::double
        as lines
from shaped
where lines > 0 and $onset > 0
order by lines desc, text
limit 400;
