-- Requests of the window that were tried on another server as well, and how many of these the last
-- one answered as soon as is usual.
with tried as (
    select
        count(distinct a.server) as servers,
        arg_max(a.status, a.attempt) as status,
        arg_max(a.response_s, a.attempt) as response_s
    from attempts a
    join requests r using (source_id, line)
    where (r.retried or coalesce(r.retries, 0) > 0) and a.server is not null
        and epoch(r.started) >= $onset and epoch(r.started) < $stop
    group by a.source_id, a.line
)
select
    count(*)::bigint as tried_again,
    count(*) filter (where status between 100 and 498 and response_s <= $usual_s)::bigint as answered
from tried
where servers > 1 and response_s is not null;
