/*
title   = "The longest silences of each source"
answers = "Did a component stop logging, and is it silent still when the evidence ends?"
columns = [
    "path", "role", "began", "ended", "gap_s", "typical_gap_s", "event_id_before",
    "event_id_after",
]

[parameters]
since    = { type = "timestamp", default = "", help = "From this time on." }
until    = { type = "timestamp", default = "", help = "Before this time." }
at_least = { type = "interval", default = "30s", help = "No shorter ones." }
top      = { type = "integer", default = 5, help = "So many of each source." }
*/
with timed as (
    select source_id, line, ts
    from aligned
    where ts is not null
        and ($since::timestamp is null or ts >= $since::timestamp)
        and ($until::timestamp is null or ts < $until::timestamp)
),
last_of_all as (
    select max(ts) as ts from timed
),
-- The last event of a source is followed by the end of the evidence, where no event is.
followed as (
    select
        t.source_id, t.line,
        t.ts as began,
        coalesce(lead(t.ts) over in_time, l.ts) as ended,
        lead(t.line) over in_time as next_line
    from timed t
    cross join last_of_all l
    window in_time as (partition by t.source_id order by t.ts, t.line)
),
typical as (
    select source_id, median(epoch(ended - began)) as typical_gap_s
    from followed
    group by source_id
),
ranked as (
    select
        source_id, line, began, ended, next_line,
        row_number() over (
            partition by source_id order by ended - began desc, began, line
        ) as position
    from followed
    where ended - began >= $at_least::interval
)
select
    s.path as path,
    s.role as role,
    r.began as began,
    r.ended as ended,
    epoch(r.ended - r.began) as gap_s,
    t.typical_gap_s as typical_gap_s,
    b.event_id as event_id_before,
    a.event_id as event_id_after
from ranked r
join sources s on s.source_id = r.source_id
join typical t on t.source_id = r.source_id
join aligned b on b.source_id = r.source_id and b.line = r.line
left join aligned a on a.source_id = r.source_id and a.line = r.next_line
where r.position <= $top::integer
order by gap_s desc, path, began, event_id_before;
