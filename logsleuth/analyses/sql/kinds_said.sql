-- Kinds of lines that were said in words in a stretch, with how often and where first. As in
-- `shapes`, accounts of requests and of statements are no words.
create or replace temporary table kinds_said as
select
    role,
    regexp_replace(shape_of(message), '(^|[\s=(\[])/[^\s,;)\]]*', '\1/…', 'g') as shape,
    arg_max(level, case level when 'fatal' then 5 when 'error' then 4 when 'warning' then 3
        when 'info' then 2 else 1 end) as level,
    count(*)::bigint as said,
    arg_min(event_id, (ts, source_id, line)) as event_id
from aligned
where message is not null and ts is not null and status is null
    and (role <> 'database' or duration_s is null)
    and ts >= make_timestamp(($since * 1000000)::bigint)
    and ts <= make_timestamp(($until * 1000000)::bigint)
group by all;
