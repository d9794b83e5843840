-- What others may read: views in each role's own words over the tables of the case.

create or replace view events as
select
    coalesce(s.named, s.sha256[:12])
        || case when s.ordinal > 1 then '-' || s.ordinal else '' end || ':' || r.line
        as event_id,
    r.source_id,
    r.line,
    r.ts - to_microseconds((s.zone_shift_s * 1000000)::bigint) as ts,
    s.role, s.format, r.level, r.client, r.method, r.path, r.query, r.protocol, r.status, r.bytes,
    r.duration_s, r.server, r.pool,
    coalesce(r.host, s.host) as host,
    coalesce(replace(r.request_uuid::varchar, '-', ''), r.request_text) as request_id,
    r.trace_id, r.user_agent, r.referer, r.logger, r.message, r.detail, r.pid, r.user_name, r.database,
    r.statement, r.error_code, r.template_id,
    r.upstream_status, r.connect_s, r.header_s, r.response_s, r.servers, r.upstream_statuses,
    r.connect_times, r.header_times, r.response_times, r.queue_s, r.termination, r.retries, r.redispatched,
    r.frontend, coalesce(r.instance, case when s.role <> 'balancer' then r.host end, s.host) as instance, r.route, r.release, r.database_s, r.lock_s,
    r.byte_offset, r.byte_length, s.clock_shift_s, s.left_out
from records r
join sources s using (source_id);

-- Events on one clock, the balancer's, and each once: what is compared or counted is read from here.
-- Servers that the balancer's log doesn't name are those that other logs place the request on.
create or replace view aligned as
select e.* replace (
        e.ts - to_microseconds((e.clock_shift_s * 1000000)::bigint) as ts,
        coalesce(e.server, p.server) as server, coalesce(e.pool, p.pool) as pool,
        coalesce(e.servers, p.servers) as servers,
        coalesce(e.upstream_statuses, p.statuses) as upstream_statuses
    ),
    p.server is not null as placed
from events e
left join placements p on p.source_id = e.source_id and p.line = e.line
where not e.left_out;

-- One row a request that the balancer answered. `started` is when it came in, whatever the log
-- stamps. Failed: a 5xx, or a session that HAProxy had to end for want of an answer.
create or replace view requests as
select
    e.event_id, e.source_id, e.line,
    case when s.stamps = 'end'
        then e.ts - to_microseconds((coalesce(e.duration_s, 0) * 1000000)::bigint)
        else e.ts end as started,
    case when s.stamps = 'start'
        then e.ts + to_microseconds((coalesce(e.duration_s, 0) * 1000000)::bigint)
        else e.ts end as ended,
    e.client, e.method, e.path, coalesce(e.route, route_of(e.path)) as route, e.query, e.status,
    ended_as(e.format, e.status, e.termination) as termination,
    coalesce(e.status >= 500 or (e.status is null
        and ended_as(e.format, e.status, e.termination)[1] in ('S', 's', 'P', 'R', 'I')),
        false) as failed,
    coalesce(e.status between 400 and 498, false) as refused,
    coalesce(e.status = 499 or ended_as(e.format, e.status, e.termination)[1] in ('C', 'c'), false) as aborted,
    e.duration_s, e.queue_s, e.connect_s, e.header_s, e.response_s, e.bytes,
    coalesce(pool_of(e.format, e.pool, a.pool, e.frontend),
        upstream_of(e.format, e.placed, e.server)) as pool,
    server_of(e.format, e.placed, e.server) as server, e.upstream_status,
    e.servers is not null as retried,
    server_of(e.format, e.placed, case when e.servers is null then e.server
        else nullif(regexp_split_to_array(e.servers, ', | : ')[1], '-') end) as first_server,
    e.retries, coalesce(e.redispatched, false) as redispatched, e.request_id, e.trace_id,
    e.user_agent, e.frontend, e.host
from aligned e
join sources s using (source_id)
left join aliases a on a.name = e.server and a.basis = 'configuration' and not e.placed
where e.role = 'balancer' and (e.status is not null or e.termination is not null);

-- One row for each server that a request was tried on; nginx's lists are split, ', ' parts the
-- retries in one group and ' : ' an internal redirect to another.
create or replace view attempts as
with listed as (
    select
        e.event_id, e.source_id, e.line, e.ts, e.pool, e.duration_s, e.placed,
        regexp_split_to_array(e.servers, ', | : ') as servers,
        regexp_split_to_array(e.upstream_statuses, ', | : ') as statuses,
        regexp_split_to_array(e.connect_times, ', | : ') as connects,
        regexp_split_to_array(e.header_times, ', | : ') as headers,
        regexp_split_to_array(e.response_times, ', | : ') as responses
    from aligned e
    where e.servers is not null
),
numbered as (
    select *, unnest(generate_series(1, len(servers))) as attempt from listed
)
select
    event_id, attempt::integer as attempt, coalesce(n.pool, a.pool) as pool,
    server_of('nginx', placed, nullif(servers[attempt], '-')) as server,
    try_cast(statuses[attempt] as smallint) as status,
    try_cast(connects[attempt] as double) as connect_s,
    try_cast(headers[attempt] as double) as header_s,
    try_cast(responses[attempt] as double) as response_s,
    n.source_id, n.line, n.ts, n.duration_s, len(servers)::integer as attempts
from numbered n
left join aliases a on a.name = n.servers[n.attempt] and a.basis = 'configuration'
    and not n.placed
union all
select
    e.event_id, 1 + coalesce(e.retries, 0)::integer, pool_of(e.format, e.pool, a.pool, e.frontend),
    server_of(e.format, e.placed, e.server),
    coalesce(e.upstream_status, e.status), e.connect_s, e.header_s, e.response_s,
    e.source_id, e.line, e.ts, e.duration_s, 1 + coalesce(e.retries, 0)::integer
from aligned e
left join aliases a on a.name = e.server and a.basis = 'configuration' and not e.placed
where e.role = 'balancer' and e.servers is null and server_of(e.format, e.placed, e.server) is not null
    and (e.status is not null or e.termination is not null);

-- What a database did, in its own words: a duration is the database's own, `ts` is when it ended.
create or replace view statements as
select event_id, source_id, line, ts, level, database, user_name, pid, statement, duration_s,
    lock_s, error_code, message, request_id
from aligned
where role = 'database' and (statement is not null or duration_s is not null);

-- Everything that was said in words, by whichever component.
create or replace view messages as
select event_id, source_id, line, ts, role, format, level, instance, logger, duration_s, lock_s,
    concat_ws(chr(10), message, case when detail is distinct from message then detail end) as message,
    template_id, error_code, request_id
from aligned
where message is not null;

-- What the application says of the requests that it served.
create or replace view served as
select event_id, source_id, line, ts, level, instance, client, method, path,
    coalesce(route, route_of(path)) as route, status, coalesce(status >= 500, false) as failed,
    duration_s, database_s, queue_s, request_id, release
from aligned
where role = 'application' and status is not null;

-- What messages of one kind have in common, and how many there are of each.
create or replace view templates as
select
    m.template_id, f.template, count(*) as messages, min(m.ts) as since, max(m.ts) as until,
    min(struct_pack(ts := m.ts, event_id := m.event_id)).event_id as first_event_id
from messages m
join (select distinct template_id, template from forms) f using (template_id)
group by all;
