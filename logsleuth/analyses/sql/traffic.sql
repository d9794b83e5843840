-- Every request that the balancer answered, in order of its start, with small numbers for its texts.
-- A time stamp of whole seconds is on average half a step after the second that it shows.
create or replace temporary table traffic as
select
    row_number() over (order by r.started, r.source_id, r.line) - 1 as position,
    r.event_id, r.source_id, r.line,
    epoch(r.started) + case when s.resolution_s >= 1 and r.started is not null
        then s.resolution_s / 2 else 0 end as started,
    r.duration_s, r.queue_s, r.header_s, r.response_s, r.status, r.failed, r.refused, r.aborted, r.retried,
    coalesce(r.retries, 0) as retries, r.termination, r.upstream_status,
    coalesce(r.pool, '') as pool, coalesce(r.server, '') as server,
    coalesce(r.first_server, '') as first_server,
    coalesce(r.method || ' ' || r.route, r.route, '') as route,
    coalesce(r.client, '') as client
from requests r
join sources s using (source_id)
where r.started is not null;

create or replace temporary table texts as
select kind, text, row_number() over (partition by kind order by text) - 1 as code
from (
    select 'pool' as kind, pool as text from traffic union
    select 'server', server from traffic union
    select 'server', first_server from traffic union
    select 'route', route from traffic union
    select 'client', client from traffic
);
