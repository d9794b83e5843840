-- What the database's own logs cover, and whether they say how long statements took.
select
    count(*)::bigint as events,
    epoch(min(ts)) as since,
    epoch(max(ts)) as until,
    count(*) filter (where duration_s is not null)::bigint as timed,
    count(*) filter (where epoch(ts) >= $onset and epoch(ts) < $stop)::bigint as during,
    min(database) as database,
    coalesce(min(format) filter (where format <> 'pgbouncer'),
        replace(min(format), 'pgbouncer', 'postgresql')) as format
from aligned
where role = 'database';
