-- What the applications say that they served, in the words of `asked`.
with placed as (
    select name, min(server) as server from aliases where basis = 'requests' group by name
)
select a.source_id, a.line,
    epoch(a.ts) - case when s.stamps = 'start' then 0 else coalesce(a.duration_s, 0) end
        + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as began,
    epoch(a.ts) + case when s.stamps = 'start' then coalesce(a.duration_s, 0) else 0 end
        + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as ended,
    coalesce(s.resolution_s, 0.001) as step_s,
    a.status::integer as status,
    case when a.request_id is null then 0::ubigint else hash(a.request_id) end as id,
    case when a.trace_id is null then 0::ubigint else hash(a.trace_id) end as trace,
    hash(case when $method then a.method end, a.path, case when $query then a.query end,
        case when $client then told_client(a.client, a.message) end) as key,
    case when p.server is null then 0::ubigint else hash(p.server) end as place,
    coalesce(a.instance, '') as instance,
    coalesce(a.duration_s, 'nan'::double) as duration_s,
    coalesce(a.database_s, 'nan'::double) as database_s,
    coalesce(a.queue_s, 'nan'::double) as queue_s
from aligned a
join sources s using (source_id)
left join placed p on p.name = a.instance
where a.role = 'application' and a.status is not null
    and a.ts >= make_timestamp((($since - $margin) * 1000000)::bigint)
    and a.ts < make_timestamp((($until + $margin) * 1000000)::bigint)
order by began, a.source_id, a.line;
