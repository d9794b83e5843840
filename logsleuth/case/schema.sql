-- The tables and views of a case. Times are naive UTC. Unknown is NULL, never 0 or '-'.

create table if not exists meta (key varchar primary key, value varchar not null);

-- One row a file. A source is known by its digest; `ordinal` tells equal files apart.
create table if not exists sources (
    source_id integer primary key,
    path varchar not null,               -- as given, members of archives as archive!member
    sha256 varchar not null,             -- of the decompressed bytes
    named varchar,                       -- of a file that has grown: the digest in its event ids
    ordinal integer not null default 1,
    bytes bigint not null,
    format varchar not null,
    role varchar not null,
    host varchar,                        -- the instance that wrote it, when the file says only one
    zone varchar,                        -- stated | assumed UTC | inferred | told Europe/Berlin
    zone_shift_s double not null default 0,   -- seconds to subtract from the written time
    year_guessed boolean not null default false,  -- the lines write no year
    resolution_s double,                 -- smallest step of its time stamps
    stamps varchar,                      -- start | end: what a request's time stamp marks
    clock_offset_s double,               -- how far its clock is ahead of the balancer's, zone applied
    clock_low_s double,                  -- bounds of the offset; NULL where the pairs give none
    clock_high_s double,
    clock_pairs bigint,                  -- requests that told it
    clock_drift_s double,                -- what it gained over their span, 0 where nothing shows
    clock_basis varchar,                 -- ids | path, status, duration | same host
    clock_shift_s double not null default 0,  -- seconds that `aligned` subtracts: 0 within the doubt
    repeats integer,                     -- the source that has its lines too, and the share of them
    repeated_share double,
    left_out boolean not null default false,  -- nothing of its own: `aligned` has it from the other
    lines bigint not null,
    events bigint not null,
    continuation bigint not null,
    rejected bigint not null,
    blank bigint not null,
    since timestamp,
    until timestamp,
    check (lines = events + continuation + rejected + blank)
);

-- One row a record, as written: `ts` before the zone shift. The view `events` is what to read, and
-- `records` has both tables.
create table if not exists other_records (
    source_id integer not null,
    line bigint not null,
    byte_offset bigint not null,
    byte_length integer not null,
    ts timestamp,
    level varchar,
    client varchar,
    method varchar,
    path varchar,
    query varchar,
    protocol varchar,
    status smallint,
    bytes bigint,
    duration_s double,
    server varchar,
    pool varchar,
    host varchar,
    request_uuid uuid,                   -- a request id of 32 hexadecimal digits
    request_text varchar,                -- any other request id
    trace_id varchar,
    user_agent varchar,
    referer varchar,
    logger varchar,
    message varchar,
    detail varchar,                      -- the exception or trace that stands beside the message
    pid integer,
    user_name varchar,
    database varchar,
    statement varchar,
    error_code varchar,
    template_id bigint,
    -- of the balancer: the last attempt's answer and times, and the lists where there were several
    upstream_status smallint,
    connect_s double,
    header_s double,
    response_s double,
    servers varchar,                     -- nginx: 'a, b : c' where there was more than one attempt
    upstream_statuses varchar,
    connect_times varchar,
    header_times varchar,
    response_times varchar,
    queue_s double,                      -- HAProxy Tw; an application's own queue
    termination varchar,                 -- HAProxy's session state at disconnection, Envoy's response flags
    retries smallint,
    frontend varchar,
    -- of the application: which instance, route and release, and what it waited for
    instance varchar,
    route varchar,
    release varchar,
    database_s double,
    lock_s double                        -- of the database: what of the duration was waiting for locks
);

-- Records of access logs, which are most: a column that is always NULL costs as much as any other.
create table if not exists access_records (
    source_id integer not null,
    line bigint not null,
    byte_offset bigint not null,
    byte_length integer not null,
    ts timestamp,
    client varchar,
    method varchar,
    path varchar,
    query varchar,
    protocol varchar,
    status smallint,
    bytes bigint,
    duration_s double,
    server varchar,
    pool varchar,
    host varchar,
    request_uuid uuid,
    request_text varchar,
    user_agent varchar,
    referer varchar,
    user_name varchar,
    upstream_status smallint,
    connect_s double,
    header_s double,
    response_s double,
    servers varchar,
    upstream_statuses varchar,
    connect_times varchar,
    header_times varchar,
    response_times varchar
);

-- Every form that a message came in, values masked, and the template of which it is one.
create table if not exists forms (
    form_id bigint primary key,          -- hash of the form
    form varchar not null,
    template_id bigint not null,         -- hash of the template
    template varchar not null
);

-- What no format could read, with its bytes (the first kilobytes of very long ones). A run of lines
-- that were refused together is one row.
create table if not exists rejects (
    source_id integer not null,
    line bigint not null,
    lines bigint not null,
    byte_offset bigint not null,
    byte_length bigint not null,
    reason varchar not null,
    head blob not null
);

-- What the balancer's configuration in the evidence intends, one row a server of a pool.
create table if not exists configured_servers (
    path varchar not null,
    product varchar not null,
    pool varchar not null,
    algorithm varchar not null,
    affinity_key varchar,
    name varchar,
    address varchar not null,
    weight integer not null,
    backup boolean not null,
    down boolean not null,
    checked boolean not null,
    max_conns integer,
    share double,                        -- intended share by weight among eligible servers
    line integer not null,
    slow_start_s double                  -- how long its weight grows after it came back
);

-- Which requests the configuration sends to which pool, and its timeouts and limits.
create table if not exists configured_routes (
    path varchar not null, product varchar not null, matcher varchar not null, kind varchar not null,
    value varchar, pool varchar not null, rewrite varchar, line integer not null
);
create table if not exists configured_settings (
    path varchar not null, product varchar not null, kind varchar not null,   -- timeout | limit
    scope varchar, name varchar not null, value varchar not null, seconds double, line integer not null
);

-- What people noted themselves; the numbers are theirs to name a note by.
create table if not exists notes (number bigint primary key, ts timestamp not null, text varchar not null);

-- Servers and pools under every name that the evidence knows them by.
create table if not exists aliases (
    name varchar not null,               -- as a log writes it: app-1, 10.0.0.1:8080
    server varchar not null,             -- as the balancer writes it
    pool varchar,
    basis varchar not null               -- configuration | requests
);

-- Which server served a request that the balancer's log names none for, as other logs tell.
create table if not exists placements (
    source_id integer not null,
    line bigint not null,
    server varchar not null,             -- the instance, or the address where no line names it
    pool varchar,
    servers varchar,                     -- 'a, b' where it was tried on several
    statuses varchar,
    confidence double not null,
    basis varchar not null               -- application | error log | application, error log
);

create or replace view events as
select
    coalesce(s.named, s.sha256[:12]) || case when s.ordinal > 1 then '-' || s.ordinal else '' end || ':' || r.line
        as event_id,
    r.source_id,
    r.line,
    r.ts - to_microseconds((s.zone_shift_s * 1000000)::bigint) as ts,
    s.role, s.format, r.level, r.client, r.method, r.path, r.query, r.protocol, r.status, r.bytes,
    r.duration_s, r.server, r.pool,
    coalesce(r.host, s.host) as host,
    coalesce(replace(r.request_uuid::varchar, '-', ''), r.request_text) as request_id,
    r.trace_id, r.user_agent, r.referer, r.logger, r.message, r.detail, r.pid, r.user_name, r.database,
    r.statement, r.error_code, r.template_id,
    r.upstream_status, r.connect_s, r.header_s, r.response_s, r.servers, r.upstream_statuses,
    r.connect_times, r.header_times, r.response_times, r.queue_s, r.termination, r.retries,
    r.frontend, coalesce(r.instance, case when s.role <> 'balancer' then r.host end, s.host) as instance, r.route, r.release, r.database_s, r.lock_s,
    r.byte_offset, r.byte_length, s.clock_shift_s, s.left_out
from records r
join sources s using (source_id);

-- Events on one clock, the balancer's, and each once: what is compared or counted is read from here.
-- Servers that the balancer's log doesn't name are those that other logs place the request on.
create or replace view aligned as
select e.* replace (
        e.ts - to_microseconds((e.clock_shift_s * 1000000)::bigint) as ts,
        coalesce(e.server, p.server) as server, coalesce(e.pool, p.pool) as pool,
        coalesce(e.servers, p.servers) as servers,
        coalesce(e.upstream_statuses, p.statuses) as upstream_statuses
    ),
    p.server is not null as placed
from events e
left join placements p on p.source_id = e.source_id and p.line = e.line
where not e.left_out;

-- /cart/17 and /cart/9f3a1c44-… are one route: numbers, UUIDs and long hexadecimal parts are masked.
create or replace macro route_of(path) as
    regexp_replace(
        regexp_replace(
            path,
            '/([0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{18,22}|[0-9a-fA-F]{16,})($|[/.])',
            '/{id}\2', 'g'),
        '/([0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{18,22}|[0-9a-fA-F]{16,})($|[/.])',
        '/{id}\2', 'g');

-- What lines of one kind have in common: the first line and the exception below it, with what is
-- quoted, hexadecimal or a number masked.
create or replace macro shape_of(message) as
    regexp_replace(
        regexp_replace(
            concat_ws(' | ', split_part(message, chr(10), 1), nullif(regexp_extract(message,
                '\n((?:Caused by: )?[A-Za-z_][\w.$]*(?:Error|Exception|Timeout)\b[^\n]*)',
                1), '')),
            '"[^"]*"|(^|[^A-Za-z0-9])''[^'']*''', '\1?', 'g'),
        '\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{18,27}\b|\b0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8,}\b'
        || '|[0-9]+([.,:][0-9]+)*',
        '#', 'g');

-- The words of a message that its template is made of: of the first line and the exception below it
-- so much, and of a statement that stands in it nothing.
create or replace macro words_of(message, statement) as
    left(
        concat_ws(' | ',
            split_part(coalesce(replace(message, statement, '*'), message), chr(10), 1),
            case when contains(message, chr(10)) then nullif(regexp_extract(message,
                '\n((?:Caused by: )?[A-Za-z_][\w.$]*(?:Error|Exception|Timeout)\b[^\n]*)',
                1), '') end),
        1000);

-- Words that were cut off, without the last of them.
create or replace macro cut_of(words) as
    case when strlen(words) < 1000 then words else regexp_replace(words, '\S+$', '') end;

-- A message with its values masked, as far as each can be told by itself: what follows an equals
-- sign, quoted words, URLs, dates, paths, words with a digit and their units, hexadecimal, names of
-- three parts and more; and then lists of values as one. No pattern has a group: those are slow.
create or replace macro form_of(words) as
    case when regexp_matches(words, '[0-9="''/\\]|[.]\w+[.]|[0-9a-fA-F]{8}') then
    regexp_replace(regexp_replace(regexp_replace(
        case when contains(words, '=') then regexp_replace(cut_of(words),
            '\b=(?:"[^"]*"|''[^'']*''|[\w.]*\{[^{}]*\}|[\w.]*\([^()]*\)|[\w.]*\[[^\[\]]*\]'
            || '|[^\s,;)\]}"''=]*)', '=*', 'g')
        else cut_of(words) end,
        '"[^"\s]*"|\B''[^''\s]*''', '*', 'g'),
        '[\w.+-]*://[^\s,;)\]}>"'']+'
        || '|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?'
        || '|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?'
        || '|Dec(?:ember)?)[ -]+\d+'
        || '|(?:[A-Za-z]:\\|\\\\)[\w.\\$%~*:@-]*(?: [\w.$%~*:@-]*\\[\w.\\$%~*:@-]*)*'
        || '|[<>~]?=?[+-]?(?:[\w$@/+%~#?&-]+[.])*[\w$@/+%~#?&-]*\d[\w$@/+%~#?&-]*'
        || '(?:[.,][\w$@/+%~#?&-]*\d[\w$@/+%~#?&-]*|[.][\w$@/+%~#?&-]+)*'
        || '(?: (?:[KMGT]?i?B|[KMG]b|ms|us|µs|ns|s|secs?|seconds?|msecs?|millis|milliseconds'
        || '|min|minutes?|hours?|days?|bytes?|%)\b)?'
        || '|\b[0-9a-fA-F]{8,}\b|\b[A-Za-z_]\w*(?:[.$/@-]\w+)*(?:\.\w+){2,}(?:[.$/@:-]\w+)*'
        || '|\B/[\w.$*-]+(?:/[\w.$*:-]*)*', '*', 'g'),
        '\*(?:[\s,;:*/|#-]*\*|\s*\(\*\))+', '*', 'g')
    else words end;

-- What statements of one kind have in common, in any dialect, cut off or not. First comments go, for
-- quotes may stand in them and they in quotes, and texts, numbers and placeholders are masked: few
-- outlines are left of a million statements, and only they are looked at further.
create or replace macro outline_of(statement) as
    regexp_replace(regexp_replace(
        statement,
        '(''(?:[^''\\]|''''|\\.)*(?:''|$)|\$[A-Za-z_]*\$(?s:.*?)(?:\$[A-Za-z_]*\$|$))'
        || '|/\*(?s:.*?)(?:\*/|$)|--[^\n]*', '\1 ', 'g'),
        '(?:\b(?:[NEXBnexb]|_utf8\w*))?''(?:[^''\\]|''''|\\.)*(?:'' |$)'
        || '|\$[A-Za-z_]*\$(?s:.*?)(?:\$[A-Za-z_]*\$ |$)|\$[0-9]+|%s|%\(\w+\)s'
        || '|\b(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\b', '?', 'g');

-- What is in double quotes behind a colon or a sign is masked, for JSON and MySQL have texts there
-- and PostgreSQL hardly ever a column; then signs and named placeholders, lists of any length, rows
-- after the first, and spaces.
create or replace macro fingerprint_of_outline(outline) as
    lower(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        regexp_replace(regexp_replace(
        outline,
        '([:=]\s*)"(?:[^"\\]|\\.)*"(\s|[,}\]);]|$)', '\1?\2', 'g'),
        '((?:[=<>(,]|\b(?i:limit|offset|between|and|like)\b)\s*)(?:-\s*\?|:[A-Za-z_]\w*|@\w+)',
        '\1?', 'g'),
        '(?i)([(\[])\s*(?:\?|null|true|false|default)'
        || '(?:\s*,\s*(?:\?|null|true|false|default))*\s*([)\]])', '\1?\2', 'g'),
        '(?i)(\bvalues\s*\((?:[^()]|\([^()]*\))*\)|\(\?\))'
        || '(?:\s*,\s*\((?:[^()]|\([^()]*\))*\))+', '\1', 'g'),
        '([\w?)\]"`])\s*=\s*([\w?(\["`{])', '\1 = \2', 'g'),
        '\s*,\s*', ', ', 'g'),
        '[\s;]+', ' ', 'g')));
create or replace macro fingerprint_of(statement) as fingerprint_of_outline(outline_of(statement));

-- The address that a line in words has in front of the request that it tells of.
create or replace macro told_client(client, message) as
    coalesce(client, nullif(regexp_extract(split_part(message, '/', 1),
        '(?:^|[^0-9A-Za-z.])([0-9]{1,3}(?:[.][0-9]{1,3}){3}|[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,7})(?:[^0-9A-Za-z.]|$)',
        1), ''));
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

-- Where no server of an upstream is live, nginx writes the upstream's name in place of an address.
create or replace macro server_of(format, placed, server) as
    case when placed or not starts_with(format, 'nginx') or contains(server, ':') then server end;
create or replace macro upstream_of(format, placed, server) as
    case when not placed and starts_with(format, 'nginx') and not contains(server, ':')
        then server end;

-- Traefik's common log format names the router only; the configuration may know the server's service.
create or replace macro pool_of(format, pool, configured, frontend) as
    coalesce(pool, configured, case when starts_with(format, 'traefik') then frontend end);

-- How a request ended, in HAProxy's letters (its manual, 8.5 "Session state at disconnection"), from
-- Envoy's response flags ("Access logging", RESPONSE_FLAGS): by whom, and what was waited for then.
-- An answer that began and was broken off is D, one that never came is H.
create or replace macro ended_as(format, status, flags) as
    case when not starts_with(format, 'envoy') then flags when flags = '-' then '----'
    else case
        when regexp_matches(flags, '\b(UF|UH|UpstreamConnectionFailure|NoHealthyUpstream)\b') then 'SC--'
        when regexp_matches(flags, '\b(UO|UpstreamOverflow)\b') then 'PQ--'
        when regexp_matches(flags, '\b(RL|RLSE|OM|RateLimited|RateLimitServiceError|OverloadManagerTerminated)\b') then 'PR--'
        when regexp_matches(flags, '\b(DC|DR|DownstreamConnectionTermination|DownstreamRemoteReset)\b')
            then case when coalesce(status, 0) < 200 then 'CH--' else 'CD--' end
        when regexp_matches(flags, '\b(UT|UpstreamRequestTimeout|DT|DurationTimeout|UMSDR|UpstreamMaxStreamDurationReached)\b')
            then case when status between 200 and 399 then 'sD--' else 'sH--' end
        when regexp_matches(flags, '\b(SI|StreamIdleTimeout)\b')
            then case when status = 504 then 'sH--' else 'cD--' end
        when regexp_matches(flags, '\b(UC|UR|LR|UpstreamConnectionTermination|UpstreamRemoteReset|LocalReset)\b')
            then case when status between 200 and 399 then 'SD--' else 'SH--' end
        when regexp_matches(flags, '\b(UPE|UpstreamProtocolError)\b') then 'PH--'
        when regexp_matches(flags, '\b(NR|NC|FI|DI|UAEX|IH|NFCF|NoRouteFound|NoClusterFound|FaultInjected|DelayInjected|UnauthorizedExternalService|InvalidEnvoyRequestHeaders|NoFilterConfigFound)\b') then 'LR--'
        when status is null and regexp_matches(flags, '\b(URX|UpstreamRetryLimitExceeded)\b') then 'SC--'
        when flags is not null then '----' end
    end;

-- What a balancer waited for once it was connected: until the answer began, or until it was all
-- there, or all that is left of the request. nginx counts from the connection on, HAProxy after it.
create or replace macro waited_of(format, duration_s, queue_s, connect_s, header_s, response_s) as
    round(case when starts_with(format, 'haproxy')
        then coalesce(header_s, duration_s - coalesce(queue_s, 0) - coalesce(connect_s, 0))
        else coalesce(header_s, response_s, duration_s) - coalesce(connect_s, 0) end, 6);

-- From the first byte of the answer to the last: sending it on, to a client that may be slow.
create or replace macro sent_of(format, duration_s, queue_s, connect_s, header_s) as
    round(case when starts_with(format, 'haproxy')
        then duration_s - coalesce(queue_s, 0) - coalesce(connect_s, 0) - header_s
        else duration_s - header_s end, 6);

-- One row a request that the balancer answered. `started` is when it came in, whatever the log
-- stamps. Failed: a 5xx, or a session that HAProxy had to end for want of an answer.
create or replace view requests as
select
    e.event_id, e.source_id, e.line,
    case when s.stamps = 'end'
        then e.ts - to_microseconds((coalesce(e.duration_s, 0) * 1000000)::bigint)
        else e.ts end as started,
    case when s.stamps = 'start'
        then e.ts + to_microseconds((coalesce(e.duration_s, 0) * 1000000)::bigint)
        else e.ts end as ended,
    e.client, e.method, e.path, coalesce(e.route, route_of(e.path)) as route, e.query, e.status,
    ended_as(e.format, e.status, e.termination) as termination,
    coalesce(e.status >= 500 or (e.status is null
        and ended_as(e.format, e.status, e.termination)[1] in ('S', 's', 'P', 'R', 'I')),
        false) as failed,
    coalesce(e.status between 400 and 498, false) as refused,
    coalesce(e.status = 499 or ended_as(e.format, e.status, e.termination)[1] in ('C', 'c'), false) as aborted,
    e.duration_s, e.queue_s, e.connect_s, e.header_s, e.response_s, e.bytes,
    coalesce(pool_of(e.format, e.pool, a.pool, e.frontend),
        upstream_of(e.format, e.placed, e.server)) as pool,
    server_of(e.format, e.placed, e.server) as server, e.upstream_status,
    e.servers is not null as retried,
    server_of(e.format, e.placed, case when e.servers is null then e.server
        else nullif(regexp_split_to_array(e.servers, ', | : ')[1], '-') end) as first_server,
    e.retries, e.request_id, e.trace_id, e.user_agent, e.frontend, e.host
from aligned e
join sources s using (source_id)
left join aliases a on a.name = e.server and a.basis = 'configuration' and not e.placed
where e.role = 'balancer' and (e.status is not null or e.termination is not null);

-- One row for each server that a request was tried on; nginx's lists are split, ', ' parts the
-- retries in one group and ' : ' an internal redirect to another.
create or replace view attempts as
with listed as (
    select
        e.event_id, e.source_id, e.line, e.ts, e.pool, e.duration_s, e.placed,
        regexp_split_to_array(e.servers, ', | : ') as servers,
        regexp_split_to_array(e.upstream_statuses, ', | : ') as statuses,
        regexp_split_to_array(e.connect_times, ', | : ') as connects,
        regexp_split_to_array(e.header_times, ', | : ') as headers,
        regexp_split_to_array(e.response_times, ', | : ') as responses
    from aligned e
    where e.servers is not null
),
numbered as (
    select *, unnest(generate_series(1, len(servers))) as attempt from listed
)
select
    event_id, attempt::integer as attempt, coalesce(n.pool, a.pool) as pool,
    server_of('nginx', placed, nullif(servers[attempt], '-')) as server,
    try_cast(statuses[attempt] as smallint) as status,
    try_cast(connects[attempt] as double) as connect_s,
    try_cast(headers[attempt] as double) as header_s,
    try_cast(responses[attempt] as double) as response_s,
    n.source_id, n.line, n.ts, n.duration_s, len(servers)::integer as attempts
from numbered n
left join aliases a on a.name = n.servers[n.attempt] and a.basis = 'configuration'
    and not n.placed
union all
select
    e.event_id, 1 + coalesce(e.retries, 0)::integer, pool_of(e.format, e.pool, a.pool, e.frontend),
    server_of(e.format, e.placed, e.server),
    coalesce(e.upstream_status, e.status), e.connect_s, e.header_s, e.response_s,
    e.source_id, e.line, e.ts, e.duration_s, 1 + coalesce(e.retries, 0)::integer
from aligned e
left join aliases a on a.name = e.server and a.basis = 'configuration' and not e.placed
where e.role = 'balancer' and e.servers is null and server_of(e.format, e.placed, e.server) is not null
    and (e.status is not null or e.termination is not null);

-- What a database did, in its own words: a duration is the database's own, `ts` is when it ended.
create or replace view statements as
select event_id, source_id, line, ts, level, database, user_name, pid, statement, duration_s,
    lock_s, error_code, message, request_id
from aligned
where role = 'database' and (statement is not null or duration_s is not null);

-- Everything that was said in words, by whichever component.
create or replace view messages as
select event_id, source_id, line, ts, role, format, level, instance, logger, duration_s, lock_s,
    concat_ws(chr(10), message, case when detail is distinct from message then detail end) as message,
    template_id, error_code, request_id
from aligned
where message is not null;

-- What the application says of the requests that it served.
create or replace view served as
select event_id, source_id, line, ts, level, instance, client, method, path,
    coalesce(route, route_of(path)) as route, status, coalesce(status >= 500, false) as failed,
    duration_s, database_s, queue_s, request_id, release
from aligned
where role = 'application' and status is not null;

-- What messages of one kind have in common, and how many there are of each.
create or replace view templates as
select
    m.template_id, f.template, count(*) as messages, min(m.ts) as since, max(m.ts) as until,
    min(struct_pack(ts := m.ts, event_id := m.event_id)).event_id as first_event_id
from messages m
join (select distinct template_id, template from forms) f using (template_id)
group by all;
