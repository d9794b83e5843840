-- What was said in words before the onset's lead and from there on, by kind of line. Accounts of
-- requests and of statements are no words, and the path that a line names makes it no other kind.
-- Where words aren't templates there are as many kinds as lines: of each is kept only what tells
-- whether it is worth a look, `first` being its first line from the lead on.
create or replace temporary table shapes as
with said as (
    select
        role, level, instance, epoch(ts) as ts, source_id, line,
        regexp_replace(shape_of(message), '(^|[\s=(\[])/[^\s,;)\]]*', '\1/…', 'g') as shape
    from aligned
    where message is not null and ts is not null and status is null
        and (role <> 'database' or duration_s is null)
        and ts < make_timestamp(($stop * 1000000)::bigint)
),
by_instance as (
    select
        role, shape, instance,
        arg_max(level, case level when 'fatal' then 5 when 'error' then 4 when 'warning' then 3
            when 'info' then 2 else 1 end) as level,
        count(*) filter (where ts < $begin) as before,
        count(*) filter (where ts >= $begin) as during,
        min({'ts': ts, 'source_id': source_id, 'line': line}) filter (where ts >= $begin) as first
    from said
    group by role, shape, instance
)
select
    role, shape,
    arg_max(level, case level when 'fatal' then 5 when 'error' then 4 when 'warning' then 3
        when 'info' then 2 else 1 end) as level,
    sum(before)::bigint as before,
    sum(during)::bigint as during,
    count(instance) filter (where during > 0)::bigint as instances,
    min(first) as first
from by_instance
group by role, shape;
