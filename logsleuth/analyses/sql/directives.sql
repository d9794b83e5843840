-- What the configurations ask for, one row a directive, in the words that both sides share.
select kind, scope, name, value, path, line
from (
    select 'server' as kind, pool as scope, coalesce(name, address) as name,
        concat_ws(', ', 'weight ' || weight, case when backup then 'backup' end,
            case when down then 'down' end, 'max_conns ' || max_conns,
            'slow_start ' || slow_start_s || ' s',
            case when name is not null then address end) as value,
        path, line
    from configured_servers
    union all
    select 'algorithm', pool, '', concat_ws(' by ', algorithm, affinity_key), path, min(line)
    from configured_servers
    group by pool, algorithm, affinity_key, path
    union all
    select 'route', matcher, kind, concat_ws(' ', value, 'to', pool, rewrite), path, line
    from configured_routes
    union all
    select kind, coalesce(scope, ''), name, value, path, line from configured_settings
)
order by kind, scope, name, path, line
limit $most;
