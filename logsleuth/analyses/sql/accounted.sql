-- What a database's own log has beside the incident: statements that it timed, lines that tell of
-- errors, and the shortest time that it found worth a line.
select
    min(duration_s) filter (where duration_s > 0) as least_s,
    count(*) filter (where duration_s is not null)::bigint as timed,
    count(*) filter (where duration_s is not null and beside)::bigint as slow,
    count(*) filter (where level in ('error', 'critical', 'fatal', 'panic', 'emergency', 'alert')
        and duration_s is null and beside)::bigint as errors
from (
    select duration_s, level,
        epoch(ts) >= $onset - $slack and epoch(ts) - coalesce(duration_s, 0) < $stop + $slack as beside
    from aligned
    where role = 'database' and ts is not null
);
