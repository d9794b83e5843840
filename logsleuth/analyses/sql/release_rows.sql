select coalesce(n.code, 0)::integer as code
from met m
left join (
    select release, row_number() over (order by release) as code
    from (select distinct release from met where release is not null)
) n on n.release = m.release
order by m.position;
