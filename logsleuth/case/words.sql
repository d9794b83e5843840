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
