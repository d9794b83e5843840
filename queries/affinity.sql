/*
title   = "Clients that stay with one server"
answers = "Is traffic tied to servers by the client, so that a few clients can overload one?"
columns = [
    "pool", "servers", "clients", "requests", "share_of_own_server", "median_share_of_own_server",
    "share_of_busiest_server", "share_of_busiest_client",
]

[parameters]
since    = { type = "timestamp", default = "", help = "From this time on." }
until    = { type = "timestamp", default = "", help = "Before this time." }
pool     = { type = "text", default = "", help = "Only this pool." }
at_least = { type = "integer", default = 5, help = "Only clients of so many requests to a pool." }
*/
-- A client's own server is the one that got most of its first attempts. Tied clients have a share
-- near 1; without any tie it comes down to the share of the busiest server, save that the most of
-- a few requests is always a large part of them.
with pairs as (
    select a.pool, r.client, a.server, count(*) as requests
    from attempts a
    join requests r on r.source_id = a.source_id and r.line = a.line
    where a.attempt = 1 and a.server is not null and r.client is not null
        and ($since::timestamp is null or r.started >= $since::timestamp)
        and ($until::timestamp is null or r.started < $until::timestamp)
        and ($pool::text = '' or a.pool = $pool::text)
    group by a.pool, r.client, a.server
),
clients as (
    select
        pool, client,
        sum(requests)::bigint as requests,
        max(requests) as own
    from pairs
    group by pool, client
    having sum(requests) >= $at_least::integer
),
kept as (
    select p.pool, p.server, sum(p.requests)::bigint as requests
    from pairs p
    join clients c on c.pool is not distinct from p.pool and c.client = p.client
    group by p.pool, p.server
),
servers as (
    select
        pool,
        count(*) as servers,
        max(requests) / sum(requests) as share_of_busiest_server
    from kept
    group by pool
),
pools as (
    select
        pool,
        count(*) as clients,
        sum(requests)::bigint as requests,
        sum(own) / sum(requests) as share_of_own_server,
        median(own / requests) as median_share_of_own_server,
        max(requests) / sum(requests) as share_of_busiest_client
    from clients
    group by pool
)
select
    p.pool as pool,
    s.servers as servers,
    p.clients as clients,
    p.requests as requests,
    p.share_of_own_server as share_of_own_server,
    p.median_share_of_own_server as median_share_of_own_server,
    s.share_of_busiest_server as share_of_busiest_server,
    p.share_of_busiest_client as share_of_busiest_client
from pools p
join servers s on s.pool is not distinct from p.pool
order by pool nulls last;
