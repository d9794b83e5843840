-- The stretch without a line of a layer that the window misses most of, beside the longest other.
with marks as (
    select $since::double as at_s
    union all select $stop::double
    union all select epoch(ts) from aligned where role = $role and ts is not null
),
stretches as (
    select at_s as began, lead(at_s) over (order by at_s) as ended from marks
),
ranked as (
    select *, greatest(0, least(ended, $stop) - greatest(began, $onset)) as missed
    from stretches
    where ended > began
    order by missed desc, began
)
select
    (select count(*) - 2 from marks) as lines,
    first(began) as began,
    first(ended) as ended,
    first(missed) as missed_s,
    coalesce(sum(ended - began), 0) as span_s,
    coalesce(max(ended - began) filter (where began <> (select first(began) from ranked)), 0) as other_s
from ranked;
