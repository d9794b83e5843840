-- Minute 10:00 is well, 10:01 is silent, and in 10:02 the first server answers 502. nginx and the
-- application stamp the end of a request, HAProxy its start.

insert into sources by name
select id as source_id, format || '.log' as path, repeat(id::varchar, 64) as sha256, 9 as bytes,
    format, role, stamps, host, n + 3 as lines, n as events, 0 as continuation, 3 as rejected,
    0 as blank
from (values
    (1, 'nginx-access', 'balancer', 'end', null, 9), (2, 'haproxy', 'balancer', 'start', null, 4),
    (3, 'json-lines', 'application', 'end', 'app-1', 4),
    (4, 'postgresql', 'database', null, 'db', 10), (5, 'nginx-error', 'balancer', null, null, 4),
    (6, 'deploys', 'change', null, null, 1)
) as t (id, format, role, stamps, host, n);

create temporary table written as from records;

insert into written by name
select 1 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, 'GET' as method,
    '10.0.0.' || server || ':8080' as server, '192.0.2.' || client as client, path, status,
    upstream as upstream_status, took as duration_s, 0.4 as response_s,
    statuses as upstream_statuses,
    case when statuses is not null then '10.0.0.1:8080, 10.0.0.2:8080' end as servers,
    case when statuses is not null then '0.100, 0.004' end as response_times,
    case when line = 1 then '9f3a1c44d1e84b6fa0c2b1d3e5f60718'::uuid end as request_uuid
from (values
    (1, '00:10', 1, 1, '/cart/17', 200, 200, 9.0, null),
    (2, '00:20', 1, 1, '/cart/17', 200, 200, 0.5, null),
    (3, '00:30', 1, 2, '/cart/17', 200, 200, 0.5, null),
    (4, '00:40', 2, 3, '/home', 200, 200, 0.5, null),
    (5, '02:10', 2, 1, '/cart/17', 200, 200, 0.5, '502, 200'),
    (6, '02:20', 2, 1, '/cart/17', 502, 502, 0.5, '502, 502'),
    (7, '02:30', null, 1, '/cart/17', 502, null, 0.5, null),
    (8, '02:40', 2, 1, '/home', 499, null, 2.0, null),
    (9, '02:50', 2, 1, '/cart/17', 404, 404, 0.5, null)
) as t (line, clock, server, client, path, status, upstream, took, statuses);

insert into written by name
select 2 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, 'GET' as method,
    'api-' || server as server, 'api' as pool, '192.0.2.9' as client, '/v1/items/5' as path,
    status, 0.5 as duration_s, queue_s, termination, retries
from (values
    (1, '00:05', 1, 200, 0.0, '----', 0), (2, '02:05', 1, 200, 0.5, '----', 0),
    (3, '02:06', 2, 503, 1.0, 'SC--', 3), (4, '02:07', null, 503, 5.0, 'sQ--', 0)
) as t (line, clock, server, status, queue_s, termination, retries);

insert into written by name
select 3 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message, status,
    case when status is not null then '/cart/17' end as path, took as duration_s,
    waited as database_s, release,
    case when line = 1 then '9f3a1c44d1e84b6fa0c2b1d3e5f60718'::uuid end as request_uuid
from (values
    (1, '00:09.9', 'info', null, 200, 8.0, 7.0, 'r1'),
    (2, '02:11', 'info', null, 500, 1.0, null, 'r2'),
    (3, '02:12', 'error', e'cart 17 lost\n  File "a.py", line 4', null, null, null, null),
    (4, '02:13', 'error', e'cart 4711 lost\n  File "b.py", line 9', null, null, null, null)
) as t (line, clock, level, message, status, took, waited, release);

insert into written by name
select 4 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message,
    statement, took as duration_s
from (values
    (1, '00:09.95', 'info', null, 'SELECT * FROM carts WHERE id = 17 AND name = ''it''''s''
        AND k IN (1, 2) /* 9f3a1c44d1e84b6fa0c2b1d3e5f60718 */', 7.0),
    (2, '00:50', 'info', null,
        'select * from carts where id = 9.5 and name = '''' and k in ($3,4);', 1.0),
    (3, '00:51', 'error', 'relation "a1" is not there', null, null),
    (4, '00:52', 'info', 'checkpoint starting: time', null, null),
    (5, '02:00', 'info', 'received fast shutdown request', null, null),
    (6, '02:01', 'fatal', 'relation "b2" is not there', null, null),
    (7, '02:02', 'fatal', 'sorry, too many clients already', null, null),
    (8, '02:03', 'info', 'database system is ready to accept connections', null, null),
    (9, '02:04', 'info', 'process 7 still waiting for ShareLock on transaction 9 after 1000.5 ms',
        null, null),
    (10, '02:05', 'error', 'deadlock detected', 'UPDATE x', null)
) as t (line, clock, level, message, statement, took);

insert into written by name
select source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message
from (values
    (5, 1, '02:10', 'error', 'connect() failed (111: Connection refused) while connecting'),
    (5, 2, '02:11', 'warning', 'upstream server temporarily disabled'),
    (5, 3, '02:30', 'error', 'no live upstreams while connecting to upstream'),
    (5, 4, '02:31', 'error', 'connect() failed (111: Connection refused) while connecting'),
    (6, 1, '01:30', null, 'deployed r2')
) as t (source_id, line, clock, level, message);

insert into other_records
select * replace (100 * line as byte_offset, 99 as byte_length) from written;

insert into rejects by name
select 1 as source_id, line, lines, 0 as byte_offset, 2 as byte_length, 'no match' as reason,
    '\xFFz'::blob as head
from (values (97, 1), (98, 2)) as t (line, lines);

insert into configured_servers by name
select path, 'any' as product, pool, 'roundrobin' as algorithm, name, address, weight, share,
    share is null as backup, false as down, false as checked, 1 as line
from (values
    ('lb.conf', 'web', null, '10.0.0.1:8080', 3, 0.75),
    ('lb.conf', 'web', null, '10.0.0.2:8080', 1, 0.25),
    ('lb.conf', 'web', null, '10.0.0.3:8080', 1, null),
    ('lb.conf', 'api', 'api-1', '10.1.0.1:80', 1, 0.5),
    ('lb.conf', 'api', 'api-2', '10.1.0.2:80', 1, 0.5),
    ('old.conf', 'api', 'api-1', '10.1.0.1:80', 1, 0.5),
    ('old.conf', 'api', 'api-2', '10.1.0.2:80', 1, 0.4)
) as t (path, pool, name, address, weight, share);

insert into aliases
select distinct address, address, pool, 'configuration' from configured_servers;
