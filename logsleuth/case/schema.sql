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
    zone varchar,                        -- stated | header | assumed UTC | inferred | told Europe/Berlin
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
-- `records` has this table and those of `tables.py`, which have some of its columns.
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
    redispatched boolean,                -- HAProxy: the server that is named is another than at first
    frontend varchar,
    -- of the application: which instance, route and release, and what it waited for
    instance varchar,
    route varchar,
    release varchar,
    database_s double,
    lock_s double                        -- of the database: what of the duration was waiting for locks
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
