-- The balancer's requests of an event id, a request id or a trace id. Ids of 32 hexadecimal digits
-- are kept in lower case without hyphens.
with wanted as (
    select $id::text as id
    union
    select lower(replace($id::text, '-', ''))
    where regexp_matches(replace($id::text, '-', ''), '^[0-9a-fA-F]{32}$')
)
select source_id, line from requests
where event_id = $id or request_id in (select id from wanted) or trace_id in (select id from wanted)
order by started nulls last, source_id, line
limit $most;
