-- Which words both sides have for a request: methods, queries, and the addresses of clients.
select
    count(e.method) > 0 and (select count(method) from requests) > 0 as method,
    count(e.query) > 0 and (select count(query) from requests) > 0 as query,
    count(e.client) > 0 and coalesce(
        count(*) filter (where c.client is not null) >= 0.8 * count(e.client), false) as client,
    count(coalesce(e.request_id, e.trace_id)) > 0 as ids
from aligned e
left join (select distinct client from requests) c on c.client = e.client
where e.role = 'application' and e.status is not null;
