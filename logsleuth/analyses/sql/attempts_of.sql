-- The servers that one request was tried on, in order.
select attempt, server, status, connect_s, header_s, response_s
from attempts
where source_id = $source_id and line = $line
order by attempt;
