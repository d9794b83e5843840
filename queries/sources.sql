/*
title   = "The evidence, file by file"
answers = "What was read, from whom, over which time, and was anything not understood?"
columns = [
    "path", "role", "format", "host", "since", "until", "lines", "events", "continuation",
    "rejected", "blank", "rejected_share", "bytes", "zone", "zone_shift_s", "resolution_s",
    "stamps", "sha256", "ordinal",
]

[parameters]
role = { type = "text", default = "", help = "Only this role, such as balancer." }
*/
-- The times are those of the events: the table has them as written, before the zone shift.
with spans as (
    select source_id, min(ts) as since, max(ts) as until
    from events
    group by source_id
)
select
    path as path,
    role as role,
    format as format,
    host as host,
    spans.since as since,
    spans.until as until,
    lines as lines,
    events as events,
    continuation as continuation,
    rejected as rejected,
    blank as blank,
    rejected / nullif(lines, 0) as rejected_share,
    bytes as bytes,
    zone as zone,
    zone_shift_s as zone_shift_s,
    resolution_s as resolution_s,
    stamps as stamps,
    sha256 as sha256,
    ordinal as ordinal
from sources
left join spans on spans.source_id = sources.source_id
where $role::text = '' or role = $role::text
order by role, path, sha256, ordinal;
