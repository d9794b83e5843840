/*
title   = "The slowest requests"
answers = "Which requests took longest, and was it the queue, the connection or the answer?"
columns = [
    "event_id", "started", "duration_s", "queue_s", "connect_s", "header_s", "response_s",
    "status", "client", "method", "path", "pool", "server", "request_id",
]

[parameters]
since  = { type = "timestamp", default = "", help = "From this time on." }
until  = { type = "timestamp", default = "", help = "Before this time." }
pool   = { type = "text", default = "", help = "Only this pool." }
server = { type = "text", default = "", help = "Only what this server answered." }
route  = { type = "text", default = "", help = "Only this route, as slowest-routes names it." }
top    = { type = "integer", default = 20, help = "So many rows." }
*/
select
    event_id as event_id,
    started as started,
    duration_s as duration_s,
    queue_s as queue_s,
    connect_s as connect_s,
    header_s as header_s,
    response_s as response_s,
    status as status,
    client as client,
    method as method,
    path as path,
    pool as pool,
    server as server,
    request_id as request_id
from requests
where duration_s is not null
    and ($since::timestamp is null or started >= $since::timestamp)
    and ($until::timestamp is null or started < $until::timestamp)
    and ($pool::text = '' or pool = $pool::text)
    and ($server::text = '' or server = $server::text)
    and ($route::text = '' or route = $route::text)
order by duration_s desc, started nulls last, event_id
limit $top::integer;
