-- Requests that the server which a log's instance is answered well in a stretch of time.
select count(*)
from requests r
join aliases a on a.server = r.server and a.basis = 'requests'
where a.name in (select distinct instance from aligned where source_id = $source_id)
    and r.status between 200 and 399
    and epoch(r.ended) >= $began and epoch(r.ended) < $ended;
