-- Reloads, state changes of servers, deploys and starts: what somebody or something did.
select event_id, epoch(ts) as ts, role,
    case
        when role = 'balancer' and regexp_matches(message, '(?i)reconfiguring$|signal 1 \(SIGHUP\)') then 'reload'
        when role = 'balancer' and regexp_matches(message, '(?i)^(?:Proxy|Stopping|Pausing) \S+ |New worker|Reloading|Loading success') then 'reload'
        -- Apache's, and what Caddy says once it has taken another configuration.
        when role = 'balancer' and regexp_matches(message, 'SIG(?:USR1|HUP) received|Graceful restart requested|resuming normal operations$|^load complete$') then 'reload'
        when role = 'balancer' and regexp_matches(message, 'disabling worker for|Health check DISABLING') then 'server-down'
        when role = 'balancer' and regexp_matches(message, 'Health check ENABLING') then 'server-up'
        when role = 'balancer' and regexp_matches(message, '(?i)is going DOWN for maintenance|has been disabled|enters? (?:maint|drain)|is (?:now )?in (?:maint|drain)|(?:state|status) .*(?:maint|drain)') then 'drained'
        when role = 'balancer' and regexp_matches(message, '(?i)^(?:Backup )?Server \S+ is DOWN|Health check for .* failed|temporarily disabled') then 'server-down'
        when role = 'balancer' and regexp_matches(message, '(?i)^(?:Backup )?Server \S+ is UP|back to (?:normal|service)') then 'server-up'
        when role = 'application' and regexp_matches(message, '(?i)\b(?:deploy(?:ed|ing|ment)?|rollout|roll(?:ed|ing) back|release[ds]?:? +v?[0-9][\w.]*|new release|release (?:of|to|started|finished|complete))\b') then 'deploy'
        when role = 'application' and regexp_matches(message, '(?i)^(?:[\w.\-\[\]]+:? )?(?:starting|started|booting|listening|server (?:started|listening)|application startup)|\bversion[= ]v?[0-9]+\.[0-9]+') then 'start'
        when role = 'application' and regexp_matches(message, '(?i)\b(?:shutting down|shutdown|stopping|stopped|exiting|terminat(?:ed|ing) (?:by )?sig)|received sig') then 'stop'
        when role = 'change' then 'deploy'
    end as kind,
    coalesce(server, instance, '') as target,
    coalesce(pool, '') as pool,
    left(split_part(message, chr(10), 1), 240) as message
from aligned
where message is not null and ts is not null
    and (role in ('balancer', 'change') or (role = 'application' and status is null))
    and kind is not null
order by ts, source_id, line
limit 20000;
