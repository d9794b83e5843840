/*
title   = "What clients got instead of an answer"
answers = "Which errors were there, how many of each, since when, and how did HAProxy end them?"
columns = [
    "status", "termination", "outcome", "requests", "share_of_requests", "first_started",
    "last_started", "p50_s", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
*/
with grouped as (
    select
        status, termination,
        case when failed then 'failed' when aborted then 'aborted' when refused then 'refused'
            else 'answered' end as outcome,
        count(*) as requests,
        count(*) / nullif(sum(count(*)) over (), 0) as share_of_requests,
        min(started) as first_started,
        max(started) as last_started,
        quantile_cont(duration_s, 0.5) as p50_s,
        arg_min(event_id, (started, source_id, line)) as first_event_id
    from requests
    where ($since::timestamp is null or started >= $since::timestamp)
        and ($until::timestamp is null or started < $until::timestamp)
        and ($pool::text = '' or pool = $pool::text)
    group by 1, 2, 3
)
-- Filtered here and not above, so that the shares are those of all requests.
select
    status as status,
    termination as termination,
    outcome as outcome,
    requests as requests,
    share_of_requests as share_of_requests,
    first_started as first_started,
    last_started as last_started,
    p50_s as p50_s,
    first_event_id as first_event_id
from grouped
where outcome <> 'answered'
order by requests desc, status nulls last, termination nulls last, outcome;
