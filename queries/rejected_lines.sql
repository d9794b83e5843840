/*
title   = "Lines that no format could read"
answers = "What of the evidence was not understood, how much of it, and why?"
columns = [
    "path", "format", "reason", "lines", "share_of_lines", "first_line", "last_line", "example",
]

[parameters]
path = { type = "text", default = "", help = "Only files whose path contains this." }
*/
select
    s.path as path,
    s.format as format,
    r.reason as reason,
    sum(r.lines)::bigint as lines,
    sum(r.lines) / nullif(s.lines, 0) as share_of_lines,
    min(r.line) as first_line,
    max(r.line + r.lines - 1) as last_line,
    -- As text with \xNN for what isn't ASCII: rejected bytes need not be UTF-8.
    left(arg_min(r.head, r.line)::varchar, 200) as example
from rejects r
join sources s on s.source_id = r.source_id
where $path::text = '' or contains(s.path, $path::text)
group by s.source_id, s.path, s.format, s.lines, r.reason
order by lines desc, path, first_line, reason;
