-- Statements that databases timed, by kind and bin; kinds beyond the $most longest are one.
with counted as (
    select
        kind, floor((started - $since) / $width)::bigint as bin, count(*) as calls,
        sum(duration_s) as took_s, max(duration_s) as longest_s,
        arg_max(event_id, (duration_s, source_id, line)) as longest,
        list(distinct nullif(concat_ws(' on ', user_name, database), ''))
            filter (where coalesce(user_name, database) is not null) as who
    from timed
    group by kind, bin
),
within as (
    select c.*, k.fingerprint
    from counted c
    join kinds k using (kind)
    where c.bin between 0 and $bins - 1
),
ranked as (
    select fingerprint,
        row_number() over (order by sum(took_s) desc, fingerprint) as place
    from within
    group by fingerprint
)
select
    least(r.place, $most + 1)::integer as place,
    case when r.place <= $most then fingerprint else '' end as name,
    o.bin,
    sum(o.calls)::bigint as calls,
    sum(o.took_s) as took_s,
    max(o.longest_s) as longest_s,
    arg_max(o.longest, (o.longest_s, o.longest)) as longest,
    list_sort(list_distinct(flatten(list(o.who) filter (where o.who is not null)))) as who
from within o
join ranked r using (fingerprint)
group by all
order by place, name, bin;
