/*
title   = "Starts, stops, crashes, recoveries and checkpoints of the database"
answers = "Was the database up, and did it restart, reload or recover?"
columns = ["ts", "kind", "event_id", "level", "instance", "pid", "message"]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
kind  = { type = "text", default = "", help = "Only this kind, such as crash or checkpoint." }
*/
-- The words are those of PostgreSQL, MySQL, MariaDB, PgBouncer and Redis. A crash is looked for
-- first: its messages also name what follows from it.
with told as (
    select
        case
            when regexp_matches(message,
                'was terminated by signal|terminating any other active server processes'
                || '|all server processes terminated|mysqld got signal|got exception 0x'
                || '|out of memory|could not write to file|^panic', 'i') then 'crash'
            when regexp_matches(message,
                'was interrupted|not properly shut down|automatic recovery|crash recovery'
                || '|redo (starts|done)|was not shut down normally|entering standby mode'
                || '|in recovery mode', 'i') then 'recovery'
            when regexp_matches(message,
                '(fast|smart|immediate) shutdown request|shutting down|normal shutdown'
                || '|received shutdown|aborting any active transactions|is shut down'
                || '|shutdown complete|sigterm|user requested shutdown'
                || '|due to administrator command', 'i') then 'shutdown'
            when regexp_matches(message,
                'starting postgresql|ready to accept connections|ready for connections'
                || '|starting as process|process up: pgbouncer|starting up'
                || '|server initialized|initializing of server', 'i') then 'start'
            when regexp_matches(message,
                'sighup|reloading configuration|parameter .* changed to', 'i') then 'reload'
            when regexp_matches(message,
                'checkpoints? (starting|complete|are occurring)|restartpoint (starting|complete)'
                || '|background saving', 'i') then 'checkpoint'
        end as kind,
        ts, event_id, level, instance, pid, message
    from aligned
    where role = 'database' and message is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
)
select
    ts as ts,
    kind as kind,
    event_id as event_id,
    level as level,
    instance as instance,
    pid as pid,
    message as message
from told
where kind is not null and ($kind::text = '' or kind = $kind::text)
order by ts nulls last, event_id;
