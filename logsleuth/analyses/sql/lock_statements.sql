-- What was said of locks since shortly before the onset, with the statements that waited.
select coalesce(statement, '') || ' ' || message
from aligned
where role = 'database' and ts >= make_timestamp(($since * 1000000)::bigint)
    and regexp_matches(message, '(?i)lock')
order by ts, source_id, line
limit 400;
