-- What was said in words about databases, locks, connections and limits, by kind and by instance.
with said as (
    select event_id, source_id, line, case when role = 'system' then 'database' else role end as role,
        instance, epoch(ts) as ts, message,
        case
            -- What a statement's own text says is nobody's word; what it waited for is.
            when role = 'database' and duration_s is not null
                then case when lock_s >= 1 then 'locks' end
            when says_no_connections(message) then 'no-connections'
            when says_locks(message)
                then case when message ilike '%deadlock%' then 'deadlocks' else 'locks' end
            when role = 'database' and says_not_admitted(message) then 'not-admitted'
            when regexp_matches(message, '(?i)statement timeout|query_canceled|QueryCanceled|maximum statement execution time|exceeded time limit|MaxTimeMSExpired|execution timeout expired')
                then 'statement-timeout'
            when role = 'database' and (says_stopping(message) or says_crash(message)
                or regexp_matches(message, '(?i)was interrupted|is starting up|in recovery mode|not yet accepting connections|not shut ?down normally|starting crash recovery|unclean shutdown|server conn crashed|server login has been failing|to \[RED\]|master not discovered'))
                then 'database-down'
            when role = 'database' and (says_started(message)
                or regexp_matches(message, '(?i)^(?:redo (?:starts|done)|automatic recovery)'))
                then 'database-up'
            when role = 'system' and regexp_matches(message, '(?i)(?:out of memory|oom)[^\n]*\b(?:postgres|mysqld|mariadbd|mongod|redis-server|valkey-server)\b|\b(?:stopping|stopped) (?:PostgreSQL|MySQL|MariaDB|MongoDB|Redis|Valkey)\b|^(?:postgresql|mysqld?|mariadb|mongod|redis|valkey)[\w@.-]*\.service: (?:main process exited|failed with)')
                then 'database-down'
            -- Not any failed login: these are the words of databases.
            when role = 'application' and regexp_matches(message, '(?i)access denied for user ''|password authentication failed for user|pg_hba\.conf|is not permitted to log in|host .{1,80} is not allowed to connect to this|WRONGPASS|NOAUTH')
                then 'database-unreachable'
            when role = 'application' and regexp_matches(message, '(?i)(?:the database system is (?:shutting down|starting up|not yet|in recovery)|terminating connection due to (?:administrator command|unexpected postmaster exit|immediate shutdown)|server closed the connection unexpectedly|could not connect to server|connection to (?:the )?(?:server|database)[^\n]*(?:failed|refused|lost)|can''t connect to (?:local )?mysql|communications link failure|SQLSTATE\[(?:HY000\] \[200[23]\]|0800\d\])|serverselection(?:timeout)?error|mongonetworkerror|no ?host ?available|mysql server has gone away|lost connection to mysql|(?:psycopg|asyncpg|pymysql|mysqldb|sqlalchemy|pgx|pq:|jdbc|hikari|activerecord|sequelize|database)[^\n]*(?:refused|closed (?:unexpectedly|by)|is closed|terminat|unreachable|no route)|(?:refused|unreachable|no route to host|connect call failed)[^\n]*\b(?:5432|3306|6432|1433|1521|27017|9042)\b|\b(?:5432|3306|6432|1433|1521|27017|9042)\b[^\n]*(?:refused|unreachable|no route to host))')
                then 'database-unreachable'
            when role = 'application' and regexp_matches(message, '(?i)pool (?:timeout|exhausted|is full|limit)|pooltimeout|queuepool limit|timeout(?:ed)? (?:acquiring|waiting for|getting|to acquire) (?:a )?connection|could(?: not|n''t) (?:get|obtain) a (?:\w+ )?connection|connection is not available, request timed out|timeout waiting for idle object|timed out fetching a new connection|prior to obtaining a connection|connectionacquiretimeout|connection pool[^\n]*(?:exhausted|empty|full|timed? ?out|limit|no free)')
                then 'pool-exhausted'
            when role = 'balancer' and regexp_matches(message, '(?i)limiting (?:requests|connections)|worker_connections are not enough|too many open files|maxconn|reached MaxRequestWorkers')
                then 'balancer-limit'
            when role = 'balancer' and regexp_matches(message, '(?i)no live upstreams|has no server available|all workers are in error state')
                then 'no-live-upstreams'
            when role = 'balancer' and regexp_matches(message, '(?i)refused\) while connecting to upstream|no route to host\) while connecting to upstream|host is unreachable|network is unreachable|attempt to connect to \S+[^\n]* failed|^dial tcp [^\n]*(?:refused|no route to host)')
                then 'upstream-refused'
            when role = 'balancer' and regexp_matches(message, '(?i)upstream timed out|timed out\) while|timeout specified has expired: [^\n]*remote server|^dial tcp [^\n]*i/o timeout|^net/http: timeout awaiting response')
                then 'upstream-timeout'
            when role = 'application' and regexp_matches(message, '(?i)queue is full|backlog (?:at|full|of \d+ (?:is )?(?:full|exceeded|reached))|too many requests in flight|all workers busy|worker pool (?:is )?(?:full|exhausted|saturated)|rejecting (?:request|connection)|overload|saturated|no (?:free|idle) worker')
                then 'overload'
            when role = 'application' and regexp_matches(message, '(?i)out of memory|MemoryError|cannot allocate|too many open files|no space left|disk full|\b(?:OOM|EMFILE|ENOSPC|ENOMEM)\b|segfault')
                then 'resources'
        end as kind
    from messages
    where ts is not null
        and (role in ('database', 'system') or coalesce(level, 'error') in ('warning', 'error', 'fatal', 'info'))
)
select
    kind, role, coalesce(instance, '') as instance,
    count(*) filter (where ts >= $calm_since and ts < $calm_until and not (ts >= $onset - $slack and ts < $stop + $slack))::bigint as before,
    count(*) filter (where ts >= $onset - $slack and ts < $stop + $slack)::bigint as during,
    min(ts) filter (where ts >= $onset - $slack and ts < $stop + $slack) as first_ts,
    max(ts) filter (where ts >= $onset - $slack and ts < $stop + $slack) as last_ts,
    arg_min(event_id, (ts, source_id, line))
        filter (where ts >= $onset - $slack and ts < $stop + $slack) as first_event,
    arg_min(left(message, 200), (ts, source_id, line))
        filter (where ts >= $onset - $slack and ts < $stop + $slack) as first_message
from said
where kind is not null
group by kind, role, instance
order by kind, role, instance;
