-- The requests that took longest.
select source_id, line from requests
where duration_s is not null and started is not null
order by duration_s desc, started, source_id, line
limit $most;
