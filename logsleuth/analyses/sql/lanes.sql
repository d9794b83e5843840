-- Lines worth a look, by component and bin: errors, warnings, slow statements.
select
    floor((epoch(ts) - $since) / $width)::bigint as bin,
    role,
    case
        when role = 'database' and duration_s is not null then 'slow statements'
        when level in ('error', 'fatal') then 'errors'
        else 'warnings'
    end as kind,
    count(*)::bigint as events
from aligned
where ts is not null and role in ('balancer', 'application', 'database')
    and message is not null
    and (level in ('error', 'fatal', 'warning') or (role = 'database' and duration_s is not null))
group by all
order by all;
