-- What the balancer asked its servers for, a row an attempt. `key` is what both sides say of a
-- request, `place` the server as far as instances are known by it. Stamps of whole seconds are on
-- average half a step later than they show.
with placed as (select distinct server from aliases where basis = 'requests'),
again as (
    select * from requests
    where retried and started < make_timestamp(($until * 1000000)::bigint)
        and ended >= make_timestamp(($since * 1000000)::bigint)
),
tried as (
    select r.source_id, r.line, 1 as attempt, r.server, r.started, r.ended,
        coalesce(r.upstream_status, r.status) as status, r.queue_s, r.connect_s, r.header_s,
        r.response_s, r.duration_s, false as retried,
        r.request_id, r.trace_id, r.method, r.path, r.query, r.client
    from requests r
    where not r.retried and r.started < make_timestamp(($until * 1000000)::bigint)
        and r.ended >= make_timestamp(($since * 1000000)::bigint)
    union all
    select r.source_id, r.line, a.attempt, a.server,
        r.started + to_microseconds((1000000 * (a.spent_s - coalesce(a.response_s, 0)))::bigint),
        r.started + to_microseconds((1000000 * a.spent_s)::bigint),
        a.status, null, a.connect_s, a.header_s, a.response_s, a.response_s, true,
        r.request_id, r.trace_id, r.method, r.path, r.query, r.client
    from again r
    join (
        select *, sum(coalesce(response_s, 0)) over (
            partition by source_id, line order by attempt) as spent_s
        from attempts
        semi join again using (source_id, line)
    ) a on a.source_id = r.source_id and a.line = r.line
)
select t.source_id, t.line, t.attempt::integer as attempt,
    epoch(t.started) + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as began,
    epoch(t.ended) + case when s.resolution_s >= 1 then s.resolution_s / 2 else 0 end as ended,
    coalesce(s.resolution_s, 0.001) as step_s,
    coalesce(t.status, 0)::integer as status,
    case when t.request_id is null then 0::ubigint else hash(t.request_id) end as id,
    case when t.trace_id is null then 0::ubigint else hash(t.trace_id) end as trace,
    hash(case when $method then t.method end, t.path, case when $query then t.query end,
        case when $client then t.client end) as key,
    case when p.server is null then 0::ubigint else hash(p.server) end as place,
    coalesce(t.server, '') as server,
    coalesce(t.queue_s, 'nan'::double) as queue_s,
    coalesce(t.connect_s, 'nan'::double) as connect_s,
    coalesce(t.response_s, t.header_s, t.duration_s, 'nan'::double) as took_s,
    coalesce(waited_of(s.format, t.duration_s, t.queue_s, t.connect_s, t.header_s, t.response_s),
        'nan'::double) as waited_s,
    -- What was sent on is the last attempt's answer, which the request's own times tell.
    coalesce(case when not t.retried
        then sent_of(s.format, t.duration_s, t.queue_s, t.connect_s, t.header_s) end, 'nan'::double)
        as send_s
from tried t
join sources s using (source_id)
left join placed p on p.server = t.server
where t.server is not null
order by began, t.source_id, t.line, t.attempt;
