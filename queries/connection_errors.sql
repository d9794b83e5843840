/*
title   = "Failures to get or keep a connection"
answers = "Who could not reach whom: refused, timed out, reset, or no connection left to be had?"
columns = [
    "role", "kind", "level", "instance", "messages", "first_ts", "last_ts", "first_event_id",
    "example",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
-- "Exhausted" is looked for first: a pool that has no connection left often calls it a timeout.
with told as (
    select
        case
            when error_code = '53300' or says_no_connections(message) or regexp_matches(message,
                'max_client_conn|queuepool limit|pool (is )?(exhausted|full|timed? ?out)'
                || '|connection is not available|could ?n.t get a connection'
                || '|(acquir|get|obtain|check)\w* .{0,40}connection .{0,40}(tim|pool)',
                'i') then 'exhausted'
            when regexp_matches(message,
                'connection ?refused|econnrefused|\(111: |errno 111', 'i') then 'refused'
            when regexp_matches(message,
                'connection ?reset|econnreset|errno 104|broken ?pipe'
                || '|closed (the )?connection unexpectedly'
                || '|prematurely closed|terminating connection|server has gone away'
                || '|lost connection|connection (already |is )?closed', 'i') then 'lost'
            -- nginx calls a slow answer "Connection timed out while reading response header" too.
            when regexp_matches(message,
                'connect\w* .{0,60}timed? ?out|timed? ?out .{0,60}connect|etimedout', 'i')
                and not contains(message, 'while reading response') then 'timed out'
            when regexp_matches(message,
                'no route to host|unreachable|name or service not known|could not translate host',
                'i') then 'unreachable'
            when regexp_matches(message,
                'authentication failed|access denied for user|no pg_hba.conf entry', 'i')
                then 'denied'
        end as kind,
        role, level, instance, message, ts, event_id, source_id, line
    from messages
    where ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    role as role,
    kind as kind,
    level as level,
    instance as instance,
    count(*) as messages,
    min(ts) as first_ts,
    max(ts) as last_ts,
    arg_min(event_id, (ts, source_id, line)) as first_event_id,
    arg_min(message, (ts, source_id, line)) as example
from told
where kind is not null
group by role, kind, level, instance
order by first_ts nulls last, role, kind, level nulls last, instance nulls last;
