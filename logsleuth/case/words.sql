-- What databases and their clients say, in the words of PostgreSQL, PgBouncer, MySQL, MariaDB,
-- MongoDB, Redis, Elasticsearch, Cassandra, SQL Server and Oracle.
create or replace macro says_no_connections(message) as regexp_matches(message,
    '(?i)too many (?:clients|connections|open connections)|remaining connection slots'
    || '|no more connections allowed|max number of clients|query_wait_timeout|client_login_timeout'
    || '|max_user_connections|maximum number of .{1,40}(?:connections|sessions)'
    || '|ORA-0{0,3}(?:18|20):|ORA-125(?:16|19|20)');
create or replace macro says_locks(message) as regexp_matches(message,
    '(?i)deadlock (?:detected|found|encountered)|was deadlocked on|lock wait timeout'
    || '|due to lock timeout|still waiting for \w+ ?lock|lock timeout|lock request time.?out'
    || '|could not obtain lock|unable to (?:acquire|obtain) .{0,40}\block\b'
    || '|waiting for (?:table )?metadata lock|WriteConflict|database is locked|ORA-000(?:54|60):');
create or replace macro says_crash(message) as regexp_matches(message,
    '(?i)was terminated by signal|terminating any other active server processes'
    || '|all server processes terminated|got signal (?:4|6|7|8|11)\b|got exception 0x|assertion failure'
    || '|crashed by signal|REDIS BUG REPORT|out of memory|OutOfMemoryError|could not write to file'
    || '|fatal error in thread|\.service: (?:main process exited|failed with result)|^panic');
create or replace macro says_stopping(message) as regexp_matches(message,
    '(?i)(?:fast|smart|immediate) shutdown request|(?:^|is |, |\. )shutting down|(?:normal|starting) shutdown|received shutdown'
    || '|aborting any active transactions|is shut down|shutdown complete|sigterm|\bgot signal (?:2|15)\b'
    || '|user requested shutdown|ready to exit|due to (?:administrator command|unexpected postmaster exit)'
    || '|due to immediate shutdown|dbexit:|will terminate, shutdown|announcing shutdown'
    || '|stop listening for cql|server is terminating|server shutdown|^(?:stopping|closing) \.\.\.');
create or replace macro says_started(message) as regexp_matches(message,
    '(?i)^starting postgresql|ready to accept (?:\w+ ){0,2}connections|ready for (?:client )?connections'
    || '|waiting for connections|starting as process|process up: pgbouncer|server initialized'
    || '|initializing of server|^mongodb starting|\bis starting\b|starting mysqld'
    || '|starting listening for cql|^database system was shut down|^started$|^listening on ');

-- The database is there and lets nobody in: its rules, accounts or passwords were changed.
create or replace macro says_not_admitted(message) as regexp_matches(message,
    '(?i)is not permitted to log in|authentication failed|pg_hba\.conf (?:rejects|entry)|no pg_hba\.conf entry'
    || '|permission denied for database|is not currently accepting connections|access denied for user'
    || '|account is locked|login failed for user|WRONGPASS|NOAUTH|user is disabled'
    || '|host .{1,80} is not allowed to connect');

-- What somebody or something did, told by a message: reload, drained, server-down, server-up, deploy,
-- start or stop. "Released" alone is said of locks and connections, too: a release has a version.
create or replace macro change_of(role, message) as case
    when role = 'balancer' then case
        when regexp_matches(message, '(?i)reconfiguring$|signal 1 \(SIGHUP\)|^SIGHUP received'
            || '|graceful restart requested|^(?:cds|lds): add|^configuration (?:received|reloaded)'
            || '|SIG(?:USR1|HUP) received|resuming normal operations$|^load complete$') then 'reload'
        when regexp_matches(message, '(?i)^(?:Proxy|Stopping|Pausing) \S+ |New worker|Reloading|Loading success') then 'reload'
        when regexp_matches(message, '(?i)is going DOWN for maintenance|has been disabled|enters? (?:maint|drain)|is (?:now )?in (?:maint|drain)|(?:state|status) .*(?:maint|drain)') then 'drained'
        when regexp_matches(message, 'disabling worker for|Health check DISABLING') then 'server-down'
        when regexp_matches(message, 'Health check ENABLING') then 'server-up'
        when regexp_matches(message, '(?i)^(?:Backup )?Server \S+ is DOWN|Health check for .* failed|temporarily disabled') then 'server-down'
        when regexp_matches(message, '(?i)^(?:Backup )?Server \S+ is UP|back to (?:normal|service)') then 'server-up'
        end
    when role = 'application' then case
        when regexp_matches(message, '(?i)\b(?:deploy(?:ed|ing|ment)?|rollout|roll(?:ed|ing) back|new release'
            || '|release[ds]?:? +(?:v[0-9]|[0-9]+\.[0-9]|[0-9]{8,14}\b|r[0-9])[\w.]*'
            || '|release (?:started|finished|completed?|of v?[0-9]|to (?:production|prod|staging|live|canary))'
            || '|scaled (?:up|down) replica ?set|sync operation to \S+ succeeded|initiated automated sync)\b')
            then 'deploy'
        when regexp_matches(message, '(?i)^(?:[\w.\-\[\]]+:? )?(?:starting|started|booting|listening|server (?:started|listening)|application startup)|\bversion[= ]v?[0-9]+\.[0-9]+'
            || '|^spawned: ''|^success: \S+ entered RUNNING|^container (?:re)?start [0-9a-f]{12}') then 'start'
        when regexp_matches(message, '(?i)\b(?:shutting down|shutdown|stopping|stopped|exiting|terminat(?:ed|ing) (?:by )?sig)|received sig'
            || '|^exited: \S+ \(|^container (?:die|kill|oom) [0-9a-f]{12}') then 'stop'
        end
    when role = 'database' then case
        when says_crash(message) or says_stopping(message) then 'stop'
        when says_started(message) then 'start'
        end
    -- A host's services are many; those that a web service consists of have well-known names.
    when role = 'system' and regexp_matches(message, '(?i)\b(?:nginx|haproxy|envoy|traefik|caddy|apache2?|httpd|gunicorn|uwsgi|puma|tomcat|php[\d.]*-fpm|postgres\w*|mysqld?|mariadb|mongod|redis|docker|containerd|kubelet)\b') then case
        when regexp_matches(message, '^Reloaded ') then 'reload'
        when regexp_matches(message, '^Started ') then 'start'
        when regexp_matches(message, '^Stopped |: Main process exited|: Failed with result') then 'stop'
        end
    when role = 'change' then 'deploy'
end;
