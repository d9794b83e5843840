-- Requests that the balancer gave to the server that an instance is, in a stretch of time.
select count(*)
from requests r
join aliases a on a.server = r.server and a.basis = 'requests'
where a.name = $host and epoch(r.ended) >= $began and epoch(r.ended) < $ended;
