-- One request as the balancer tells it.
select r.event_id, r.source_id, r.line, epoch(r.started) as started, r.method,
    r.path || coalesce('?' || r.query, '') as path, r.status, r.server, r.request_id, r.trace_id,
    r.duration_s, r.failed, r.queue_s, r.connect_s, r.retried, coalesce(r.retries, 0) as retries,
    r.upstream_status, s.format, coalesce(s.resolution_s, 0.001) as step_s,
    r.header_s,
    waited_of(s.format, r.duration_s, r.queue_s, r.connect_s, r.header_s, r.response_s) as waited_s,
    sent_of(s.format, r.duration_s, r.queue_s, r.connect_s, r.header_s) as send_s
from requests r
join sources s using (source_id)
where r.source_id = $source_id and r.line = $line;
