-- Which words both sides have for a request: methods, queries, and the addresses of clients.
select
    count(e.method) > 0 and (select count(method) from requests) > 0 as method,
    count(e.query) > 0 and (select count(query) from requests) > 0 as query,
    coalesce(count(c.client) >= 0.8 * count(*) and count(c.client) > 0, false) as client,
    count(coalesce(e.request_id, e.trace_id)) > 0 as ids
from (
    select *, told_client(client, message) as told from aligned
    where role = 'application' and status is not null
) e
left join (select distinct client from requests) c on c.client = e.told;
