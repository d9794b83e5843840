-- The sites that requests came from, as small numbers; 0 is none.
create or replace temporary table referrers as
with written as (
    select distinct referer from records where referer is not null and referer not in ('', '-')
)
select referer, site, dense_rank() over (order by site) as code
from (
    select referer,
        coalesce(nullif(regexp_extract(referer, '^[a-zA-Z]+://([^/?#]+)', 1), ''), referer) as site
    from written
);
