-- What the applications and the database say beside their requests.
select
    (select count(*) from served)::bigint as served,
    (select count(duration_s) from served)::bigint as served_timed,
    (select count(release) from aligned where role = 'application')::bigint as released,
    (select count(*) from aligned where role = 'database')::bigint as database_lines,
    (select count(duration_s) from statements)::bigint as timed,
    (select min(duration_s) from statements where duration_s > 0) as least_s,
    (select count(*) from configured_servers)::bigint as configured,
    (select count(*) from aligned where role = 'balancer' and message is not null)::bigint as said;
