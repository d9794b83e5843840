-- How exactly the logs of each role stamp, and which formats they are in; of balancers the logs of
-- requests, for their error logs stamp as they like.
with asked as (
    select distinct source_id from requests
)
select s.role, max(s.resolution_s) filter (where s.role <> 'balancer' or a.source_id is not null),
    string_agg(distinct s.format, ', ' order by s.format) filter (where a.source_id is not null),
    list(distinct s.format order by s.format)
from sources s
left join asked a using (source_id)
where s.since is not null
group by s.role
order by s.role;
