-- What a database timed while an application worked on a request, and how many requests it may
-- have been for: those whose application was at work from its beginning to its end.
with timed as (
    select t.event_id, t.source_id, t.line, t.statement, t.duration_s, t.request_id,
        epoch(t.ts) - case when coalesce(s.stamps, 'end') = 'end' then t.duration_s else 0 end as began,
        coalesce(s.resolution_s, 0.001) + 0.05 as slack
    from statements t
    join sources s using (source_id)
    where t.duration_s is not null and t.ts is not null and t.statement is not null
        and t.ts >= make_timestamp((($began - 2) * 1000000)::bigint)
        and t.ts < make_timestamp((($ended + $longest + 2) * 1000000)::bigint)
),
within as (
    select * from timed
    where began >= $began - slack and began + duration_s <= $ended + slack
),
served_then as (
    select epoch(ts) - coalesce(duration_s, 0) as began, epoch(ts) as ended, database_s
    from served
    where ts >= make_timestamp((($began - 2) * 1000000)::bigint)
        and ts < make_timestamp((($ended + $longest + 62) * 1000000)::bigint)
)
select w.event_id, w.began, w.duration_s, w.statement,
    coalesce(w.request_id = $id::text or contains(w.statement, $id::text), false) as named,
    count(a.began)::integer as rivals
from within w
left join served_then a on a.began <= w.began + w.slack and a.ended >= w.began + w.duration_s - w.slack
    and (a.database_s is null or a.database_s >= w.duration_s - w.slack)
group by all
order by w.began, w.event_id;
