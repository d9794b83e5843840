-- The first requests that failed.
select source_id, line from requests
where failed and started is not null
order by started, source_id, line
limit $most;
