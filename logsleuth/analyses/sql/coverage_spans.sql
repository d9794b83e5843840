-- What each log is and covers, with the clocks and the copies that were found.
select
    s.source_id, s.path, s.role, s.format, s.events, epoch(s.since) as since,
    epoch(s.until) as until, s.resolution_s, s.repeated_share, o.path as other_path,
    s.left_out,
    exists (select 1 from records r where r.source_id = s.source_id and r.status is not null)
        as of_requests
from sources s
left join sources o on o.source_id = s.repeats
where s.role in ('balancer', 'application', 'database', 'change', 'system') and s.events > 0
order by s.path;
