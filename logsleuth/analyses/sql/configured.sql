-- What the configuration intends for each server, under the name that the log has for it.
select pool, coalesce(name, address) as server, address, algorithm, affinity_key, weight, backup,
    down, coalesce(share, 0) as share, path, line, coalesce(slow_start_s, 0) as slow_start_s
from configured_servers
order by pool, path, line;
