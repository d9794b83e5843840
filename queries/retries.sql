/*
title   = "Requests that were tried more than once"
answers = "Which server made the balancer try again, how long did that cost, and did it help?"
columns = [
    "pool", "first_server", "requests", "retried", "retry_rate", "attempts", "rescued", "lost",
    "first_attempt_p50_s", "first_started", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
*/
-- HAProxy logs one line with the last server and a count: such a retried request has no attempt 1,
-- its first server is unknown, and it keeps a row of its own (NULL) rather than a wrong one.
with asked as (
    select
        r.source_id, r.line, r.event_id, r.started, r.failed, r.aborted,
        max(coalesce(a.pool, r.pool)) as pool,
        max(a.server) filter (where a.attempt = 1) as first_server,
        max(a.response_s) filter (where a.attempt = 1) as first_attempt_s,
        max(a.attempts) as attempts
    from requests r
    join attempts a on a.source_id = r.source_id and a.line = r.line
    where ($since::timestamp is null or r.started >= $since::timestamp)
        and ($until::timestamp is null or r.started < $until::timestamp)
    group by r.source_id, r.line, r.event_id, r.started, r.failed, r.aborted
)
select
    pool as pool,
    first_server as first_server,
    count(*) as requests,
    count(*) filter (where attempts > 1) as retried,
    count(*) filter (where attempts > 1) / nullif(count(*), 0) as retry_rate,
    coalesce(sum(attempts) filter (where attempts > 1), 0)::bigint as attempts,
    count(*) filter (where attempts > 1 and not failed and not aborted) as rescued,
    count(*) filter (where attempts > 1 and (failed or aborted)) as lost,
    quantile_cont(first_attempt_s, 0.5) filter (where attempts > 1) as first_attempt_p50_s,
    min(started) filter (where attempts > 1) as first_started,
    arg_min(event_id, (started, source_id, line)) filter (where attempts > 1) as first_event_id
from asked
where $pool::text = '' or pool = $pool::text
group by pool, first_server
having count(*) filter (where attempts > 1) > 0
order by retried desc, pool nulls last, first_server nulls last;
