-- What the logs of databases cover; a statement began as long before its line as it took.
select
    epoch(min(ts - to_microseconds((coalesce(duration_s, 0) * 1000000)::bigint))),
    epoch(max(ts))
from aligned
where role = 'database' and ts is not null;
