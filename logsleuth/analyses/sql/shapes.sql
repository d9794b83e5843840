-- What was said in words before the onset's lead and from there on, by kind of line. Accounts of
-- requests and of statements are no words, and the path that a line names makes it no other kind.
with said as (
    select
        e.role, e.level, e.instance, epoch(e.ts) as ts, e.event_id, e.source_id, e.line,
        coalesce(s.resolution_s, 0) as step,
        split_part(e.message, chr(10), 1) as message,
        regexp_replace(shape_of(e.message), '(^|[\s=(\[])/[^\s,;)\]]*', '\1/…', 'g') as shape
    from aligned e
    join sources s using (source_id)
    where e.message is not null and e.ts is not null and e.status is null
        and (e.role <> 'database' or e.duration_s is null)
        and e.ts < make_timestamp(($stop * 1000000)::bigint)
)
select
    role, shape,
    arg_max(level, case level when 'fatal' then 5 when 'error' then 4 when 'warning' then 3
        when 'info' then 2 else 1 end) as level,
    count(*) filter (where ts < $begin)::bigint as before,
    count(*) filter (where ts >= $begin)::bigint as during,
    count(distinct instance) filter (where ts >= $begin)::bigint as instances,
    min(ts) filter (where ts >= $begin) as first_ts,
    arg_min(step, (ts, source_id, line)) filter (where ts >= $begin) as step_s,
    arg_min(event_id, (ts, source_id, line)) filter (where ts >= $begin) as first_event,
    arg_min(left(message, 300), (ts, source_id, line)) filter (where ts >= $begin) as first_message
from said
group by role, shape
order by role, shape;
