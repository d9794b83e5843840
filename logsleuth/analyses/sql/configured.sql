-- What the configuration intends for each server, under the name that the log has for it.
select pool, coalesce(name, address) as server, address, algorithm, affinity_key, weight, backup,
    down, coalesce(share, 0) as share, path, line
from configured_servers
order by pool, path, line;
