-- Slow statements of the window, and those whose own process told that it waited for a lock meanwhile:
-- with log_lock_waits, PostgreSQL logs each wait that lasts for deadlock_timeout.
with slow as (
    select event_id, pid, ts, duration_s
    from aligned
    where role = 'database' and statement is not null and pid is not null and duration_s >= $least
        and epoch(ts) >= $onset and epoch(ts) < $stop + $slack
),
waits as (
    select pid, ts
    from aligned
    where role = 'database' and pid is not null and regexp_matches(message, '^process \d+ still waiting for ')
)
select
    count(*)::bigint as slow,
    count(*) filter (where exists (
        select 1 from waits w
        where w.pid = s.pid and w.ts <= s.ts + interval 1 second
            and w.ts >= s.ts - to_microseconds(((s.duration_s + 1) * 1000000)::bigint)
    ))::bigint as waited,
    (select count(*) from waits)::bigint as told
from slow s;
