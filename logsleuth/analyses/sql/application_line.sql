-- One line in which an application tells of a request that it served.
select event_id, instance, status, duration_s, database_s, queue_s, request_id, trace_id
from events
where source_id = $source_id and line = $line;
