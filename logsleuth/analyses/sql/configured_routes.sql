-- Lines of the configuration by which a path is sent to a pool, those that say more than "the rest".
select path, line, matcher, value, kind
from configured_routes
where kind in ('prefix', 'exact') and value is not null and value <> '/' and pool = $pool
order by path, line, value
limit 2000;
