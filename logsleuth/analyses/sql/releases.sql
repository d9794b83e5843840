-- Which release each request met, by the request's id, or else by what its server's instance last
-- said of itself; only where the evidence knows more than one.
create or replace temporary table met as
with told as (
    select e.release, e.ts, e.request_id, a.server
    from aligned e
    left join (select name, min(server) as server from aliases group by name) a
        on a.name = e.instance
    where e.role = 'application' and e.release is not null and e.ts is not null
),
named as (
    select request_id, min(release) as release
    from told
    where request_id is not null
    group by request_id
),
standing as (
    select server, epoch(ts) as since, min(release) as release
    from told
    where server is not null
    group by server, since
)
select t.position, coalesce(n.release, s.release) as release
from traffic t
join texts v on v.kind = 'server' and v.code = t.server
join records r on r.source_id = t.source_id and r.line = t.line
left join named n
    on n.request_id = coalesce(replace(r.request_uuid::varchar, '-', ''), r.request_text)
asof left join standing s on s.server = v.text and s.since <= t.started + coalesce(t.duration_s, 0);
