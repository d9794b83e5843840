-- Attempts of the requests that were tried on more than one server: what each server answered.
select
    epoch(r.started) as started,
    coalesce(a.pool, '') as pool,
    a.server,
    a.attempt,
    coalesce(a.status, 0)::integer as status,
    coalesce(a.response_s, 'nan'::double) as response_s,
    coalesce(r.termination, '') like 'SC%' or coalesce(r.termination, '') like 'sC%' as unconnected
from attempts a
join requests r using (source_id, line)
where (r.retried or coalesce(r.retries, 0) > 0) and a.server is not null and r.started is not null
order by r.started, a.source_id, a.line, a.attempt;
