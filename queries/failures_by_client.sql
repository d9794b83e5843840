/*
title   = "Requests and failures of each client"
answers = "Does one client cause the load or the errors, or does it hit everybody?"
columns = [
    "client", "requests", "share_of_requests", "failures", "failure_rate", "share_of_failures",
    "refused", "aborted", "user_agents", "example_event_id",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
top   = { type = "integer", default = 50, help = "So many rows." }
*/
select
    client as client,
    count(*) as requests,
    count(*) / nullif(sum(count(*)) over (), 0) as share_of_requests,
    count(*) filter (where failed) as failures,
    count(*) filter (where failed) / nullif(count(*), 0) as failure_rate,
    count(*) filter (where failed)
        / nullif(sum(count(*) filter (where failed)) over (), 0) as share_of_failures,
    count(*) filter (where refused) as refused,
    count(*) filter (where aborted) as aborted,
    count(distinct user_agent) as user_agents,
    -- A failed one if there is one.
    arg_min(event_id, (not failed, started, source_id, line)) as example_event_id
from requests
where ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
group by client
order by failures desc, requests desc, client nulls last
limit $top::integer;
