-- What the application complained of while it served a request of the window, by the request's id.
with complained as (
    select
        request_id,
        -- The path that a line names makes it no other kind.
        min(regexp_replace(shape_of(message), '(^|[\s=(\[])/[^\s,;)\]]*', '\1/…', 'g')) as shape
    from aligned
    -- A line with a status is the account of a request, whatever its level.
    where role = 'application' and request_id is not null and message is not null and status is null
        and coalesce(level, 'error') in ('warning', 'error', 'fatal')
        and ts >= make_timestamp(($onset * 1000000)::bigint) - interval 5 second
        and ts < make_timestamp(($stop * 1000000)::bigint) + interval 60 second
    group by request_id
)
select t.position::bigint as position, c.shape as shape
from complained c
join requests r on r.request_id = c.request_id
join traffic t on t.source_id = r.source_id and t.line = r.line
order by t.position;
