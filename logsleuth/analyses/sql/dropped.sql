-- Connections that the balancer had to drop before there was a request: no access log has them.
select epoch(ts)
from messages
where role = 'balancer' and ts is not null
    and regexp_matches(message, '(?i)worker_connections are not enough|accept4?\(\) failed|reached (?:system memory|process FD) limit|no more free (?:sockets|connections)')
order by ts, source_id, line;
