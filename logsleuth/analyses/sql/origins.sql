-- Who made the answers of the window that aren't plain successes: the balancer itself or a server.
with sources_with_headers as (
    select source_id from traffic group by source_id having count(header_s) > 0
)
select
    position::bigint as position,
    case
        when server in (select code from texts where kind = 'server' and text = '') then 1
        -- HAProxy doesn't log the server's status, but whether its headers had come.
        when termination is not null then
            case when termination[2] in ('R', 'Q', 'C', 'H') then 2 else 3 end
        when upstream_status is null or status is null then 0
        when upstream_status <> status then 2
        -- nginx logs its own 502 and 504 as if a server had sent them: no header came then.
        when upstream_status not in (502, 504) or header_s is not null then 3
        when source_id in (select source_id from sources_with_headers) then 2
        else 0
    end::tinyint as origin
from traffic
where started >= $onset and started < $stop
    and (coalesce(status, 0) not between 200 and 399 or failed)
order by position;
