/*
title   = "What holds the harm: servers, routes, clients, or what else"
answers = "Which value of a dimension has more of the bad requests than its traffic explains?"
columns = [
    "value", "requests", "bad", "rate", "requests_before", "bad_before", "baseline_rate", "excess",
    "share_of_requests", "share_of_excess", "first_bad_event_id",
]

[parameters]
since     = { type = "timestamp", default = "", help = "The onset; before is the baseline." }
until     = { type = "timestamp", default = "", help = "The incident's end." }
second    = { type = "text", default = "", help = "Another one, for pairs of values." }
slow      = { type = "double", default = "2.5", help = "Slow: so many times the route's p90." }
top       = { type = "integer", default = 50, help = "So many rows." }

[parameters.dimension]
type    = "text"
default = "server"
help    = "Or pool, route, method, client, client network, status."
*/
-- Bad is what failed, was refused where others are served, or took much longer than its route did
-- before. Excess is what is above the bad requests of the baseline at the pace of all traffic.
with told as (
    select
        first_server, pool, route, client, method, status, failed, duration_s,
        event_id, started, source_id, line,
        coalesce(method || ' ' || route, route) as asked,
        regexp_extract(client, '^[0-9]+[.][0-9]+[.][0-9]+') as octets,
        coalesce(started < $since::timestamp, false) as before
    from requests
    where $until::timestamp is null or started < $until::timestamp
),
limits as (
    select asked, quantile_cont(duration_s, 0.9) as usual_s, avg((status < 400)::integer) as served
    from told
    where before
    group by asked
),
judged as (
    select
        t.before, t.event_id, t.started, t.source_id, t.line,
        coalesce(t.failed, false)
            or (coalesce(t.status, 0) in (400, 404, 405, 410, 421, 429)
                and coalesce(l.served, 1) >= 0.05)
            or coalesce(t.duration_s > greatest($slow::double * l.usual_s, l.usual_s + 0.05), false)
            as bad,
        map {
            'server': t.first_server,
            'pool': t.pool,
            'route': t.asked,
            'method': t.method,
            'client': t.client,
            'client network': case when t.octets <> '' then t.octets || '.0/24'
                else array_to_string(string_split(t.client, ':')[:4], ':') || '::/64' end,
            'status': t.status::varchar
        } as has
    from told t
    left join limits l on l.asked = t.asked
),
valued as (
    select
        case when $second::text = '' then has[$dimension::text]
            else has[$dimension::text] || ' × ' || has[$second::text] end as value,
        before, bad, event_id, started, source_id, line
    from judged
),
pace as (
    select
        count(*) filter (where not before) as requests,
        coalesce(count(*) filter (where not before) / nullif(count(*) filter (where before), 0), 0)
            as pace
    from valued
),
counted as (
    select
        value,
        count(*) filter (where not before) as requests,
        count(*) filter (where not before and bad) as bad,
        count(*) filter (where before) as requests_before,
        count(*) filter (where before and bad) as bad_before,
        arg_min(event_id, (started, source_id, line)) filter (where not before and bad)
            as first_bad_event_id
    from valued
    group by value
)
select
    value as value,
    c.requests as requests,
    c.bad as bad,
    c.bad / nullif(c.requests, 0) as rate,
    c.requests_before as requests_before,
    c.bad_before as bad_before,
    c.bad_before / nullif(c.requests_before, 0) as baseline_rate,
    c.bad - c.bad_before * p.pace as excess,
    c.requests / nullif(p.requests, 0) as share_of_requests,
    (c.bad - c.bad_before * p.pace) / nullif(sum(c.bad - c.bad_before * p.pace) over (), 0)
        as share_of_excess,
    c.first_bad_event_id as first_bad_event_id
from counted c
cross join pace p
where c.requests > 0
order by excess desc, requests desc, value nulls last
limit $top::integer;
