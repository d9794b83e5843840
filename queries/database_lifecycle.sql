/*
title   = "Starts, stops, crashes, recoveries, checkpoints, vacuums and replication of the database"
answers = "Was the database up, and did it restart, reload or recover?"
columns = ["ts", "kind", "event_id", "level", "instance", "pid", "message"]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
kind  = { type = "text", default = "", help = "Only this kind, such as crash or checkpoint." }
*/
-- A crash is looked for first: its messages also name what follows from it.
with told as (
    select
        case
            when says_crash(message) then 'crash'
            when regexp_matches(message,
                'was interrupted|not (properly )?shut ?down normally|not properly shut down'
                || '|automatic recovery|crash recovery|redo (starts|done)|entering standby mode'
                || '|in recovery mode|unclean shutdown|recovery is complete', 'i') then 'recovery'
            when says_stopping(message) then 'shutdown'
            when says_started(message) or regexp_matches(message, 'starting up', 'i') then 'start'
            when regexp_matches(message,
                'sighup|reloading configuration|parameter .* changed to', 'i') then 'reload'
            when regexp_matches(message,
                'checkpoints? (starting|complete|are occurring)|restartpoint (starting|complete)'
                || '|background saving|wiredtiger message.*checkpoint', 'i') then 'checkpoint'
            when regexp_matches(message, 'automatic (aggressive )?(vacuum|analyze) of', 'i')
                then 'autovacuum'
            when regexp_matches(message,
                'replication|standby|streaming|master .{1,4} (slave|replica)|wal receiver'
                || '|(slave|replica) (i/o|sql)|elect(ed|ion)\b|new primary|failover'
                || '|\+sdown|\+odown|\+switch-master', 'i') then 'replication'
        end as kind,
        ts, event_id, level, instance, pid, message
    from aligned
    where role = 'database' and message is not null and duration_s is null
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
