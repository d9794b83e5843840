-- Lines of the configuration that rewrite what is sent to a pool.
select path || ':' || line || ' ' || matcher || ' becomes ' || rewrite as told
from configured_routes
where pool = $pool and rewrite is not null
group by path, line, matcher, rewrite
order by path, line
limit 20;
