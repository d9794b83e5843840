/*
title   = "Lock waits and deadlocks of the database"
answers = "Did statements wait for each other, since when, and which ones?"
columns = ["ts", "kind", "event_id", "database", "pid", "waited_s", "statement", "message"]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
with told as (
    select
        case
            when regexp_matches(message, 'deadlock', 'i') then 'deadlock'
            when lock_s >= 0.1 then 'waited'
            when regexp_matches(message, 'still waiting for .*lock', 'i') then 'waiting'
            when regexp_matches(message, 'acquired .*lock on .* after', 'i') then 'acquired'
            when says_locks(message) then 'timeout'
        end as kind,
        -- MySQL's slow log has it as a figure. PostgreSQL says: "process 71 still waiting for
        -- ShareLock on transaction 9 after 1000.1 ms".
        coalesce(lock_s, try_cast(regexp_extract(message, 'lock on .* after ([0-9.]+) ms', 1, 'i')
            as double) / 1000) as waited_s,
        ts, event_id, database, pid, statement, concat_ws(chr(10), message, detail) as message
    from aligned
    where role = 'database' and message is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    ts as ts,
    kind as kind,
    event_id as event_id,
    database as database,
    pid as pid,
    waited_s as waited_s,
    statement as statement,
    message as message
from told
where kind is not null
order by ts nulls last, event_id;
