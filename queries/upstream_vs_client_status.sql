/*
title   = "What servers answered against what clients got"
answers = "Did the balancer pass the errors on, make them itself, or hide them?"
columns = [
    "pool", "upstream_status", "status", "termination", "relation", "requests",
    "share_of_requests", "first_started", "last_started", "first_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
pool  = { type = "text", default = "", help = "Only this pool." }
*/
with sources_with_headers as (
    select source_id from requests group by source_id having count(header_s) > 0
),
judged as (
    select
        pool, upstream_status, status, termination,
        case
            when server is null then 'no server'
            -- HAProxy doesn't log the server's status, but whether its headers had come.
            when termination is not null then
                case when termination[2] in ('R', 'Q', 'C', 'H') then 'its own' else 'passed on' end
            when upstream_status is null or status is null then 'not stated'
            when upstream_status <> status then 'replaced'
            -- nginx logs its own 502 and 504 as if a server had sent them: no header came then.
            when upstream_status not in (502, 504) or header_s is not null then 'passed on'
            when source_id in (select source_id from sources_with_headers) then 'its own'
            else 'not stated'
        end as relation,
        started, event_id, source_id, line
    from requests
    where ($since::timestamp is null or started >= $since::timestamp)
        and ($until::timestamp is null or started < $until::timestamp)
        and ($pool::text = '' or pool = $pool::text)
)
select
    pool as pool,
    upstream_status as upstream_status,
    status as status,
    termination as termination,
    relation as relation,
    count(*) as requests,
    count(*) / nullif(sum(count(*)) over (), 0) as share_of_requests,
    min(started) as first_started,
    max(started) as last_started,
    arg_min(event_id, (started, source_id, line)) as first_event_id
from judged
group by pool, upstream_status, status, termination, relation
order by requests desc, pool nulls last, upstream_status nulls last, status nulls last,
    termination nulls last, relation;
