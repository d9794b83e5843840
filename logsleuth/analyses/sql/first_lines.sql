-- The first lines of these messages, in their own words.
select e.source_id, e.line, e.event_id, left(split_part(e.message, chr(10), 1), 300) as text
from aligned e
join (select unnest($sources) as source_id, unnest($lines) as line) using (source_id, line);
