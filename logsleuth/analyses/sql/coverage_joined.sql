-- Of the requests in the time that both layers' logs cover: how many the other layer tells of.
-- Asked after are those that went well: what the balancer refused or gave up on, no application
-- need know, and it may think well of what the balancer no longer waited for.
with asked as (
    select hash(request_id) as id, request_id is not null as named, started,
        coalesce(status between 200 and 399, false) as well
    from requests
    where server is not null and started is not null
),
told as (
    select hash(request_id) as id, request_id is not null as named, ts,
        coalesce(status between 200 and 399, false) as well
    from served
    where ts is not null
),
common as (
    select greatest((select min(started) from asked), (select min(ts) from told)) as since,
        least((select max(started) from asked), (select max(ts) from told)) as until
),
asked_then as (
    select id, named, well from asked, common where started >= since and started < until
),
told_then as (
    select id, named, well from told, common where ts >= since and ts < until
)
select
    (select count(*) from asked_then where well)::bigint as asked,
    (select count(*) from told_then where well)::bigint as told,
    (select count(*) from asked_then)::bigint as asked_any,
    (select count(*) from told_then)::bigint as told_any,
    (select count(*) from asked_then where well and named)::bigint as asked_named,
    (select count(*) from told_then where well and named)::bigint as told_named,
    (select count(*) from asked_then
        where well and named and id in (select id from told where named))::bigint as asked_told,
    (select count(*) from told_then
        where well and named and id in (select id from asked where named))::bigint as told_asked;
