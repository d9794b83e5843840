/*
title   = "What the balancer itself reports"
answers = "Did it take servers out, fail to reach them, run into a limit, or reload?"
columns = [
    "kind", "level", "pool", "server", "messages", "first_ts", "last_ts", "first_event_id",
    "example",
]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
-- nginx's error log and HAProxy's state lines. The order matters: "no live upstreams while
-- connecting to upstream" is no failed connection.
with told as (
    select
        case
            when regexp_matches(message, 'no live upstreams|has no server available', 'i')
                then 'no server left'
            when regexp_matches(message, 'temporarily disabled|server \S+ is down', 'i')
                then 'server down'
            when regexp_matches(message, 'server \S+ is up', 'i') then 'server up'
            when regexp_matches(message, 'health check|check duration', 'i') then 'health check'
            when regexp_matches(message, 'maintenance|drain|ready state|weight', 'i')
                then 'server set'
            when regexp_matches(message, 'timed? ?out', 'i')
                then case when regexp_matches(message, 'connecting to upstream', 'i')
                    then 'connect timed out' else 'timed out' end
            when regexp_matches(message, 'connect\(\) failed|while connecting to upstream', 'i')
                then 'connect failed'
            when regexp_matches(message,
                'upstream prematurely closed|connection reset by peer.*upstream'
                || '|(recv|send|read|write)v?\(\) failed.*upstream', 'i') then 'server hung up'
            when regexp_matches(message, 'client prematurely closed', 'i') then 'client hung up'
            when regexp_matches(message, 'limiting (requests|connections)', 'i') then 'limit'
            when regexp_matches(message,
                'worker_connections are not enough|too many open files|maxconn|queue is full'
                || '|no more ports', 'i') then 'out of room'
            when regexp_matches(message,
                'sighup|reconfiguring|reload|signal process started|new worker'
                || '|start worker process', 'i') then 'reload'
            when regexp_matches(message,
                'proxy \S+ (started|stopped)|shutting down|exiting|\bexit\b|exited with code', 'i')
                then 'start or stop'
            when regexp_matches(message, 'ssl|handshake|certificate', 'i') then 'tls'
            else 'other'
        end as kind,
        level, pool, server, message, ts, event_id, source_id, line
    from aligned
    where role = 'balancer' and message is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    kind as kind,
    level as level,
    pool as pool,
    server as server,
    count(*) as messages,
    min(ts) as first_ts,
    max(ts) as last_ts,
    arg_min(event_id, (ts, source_id, line)) as first_event_id,
    arg_min(message, (ts, source_id, line)) as example
from told
group by kind, level, pool, server
order by messages desc, kind, level nulls last, pool nulls last, server nulls last;
