-- Statements that databases timed, by kind and bin; kinds beyond the $most longest are one.
with timed as (
    select
        t.event_id, t.source_id, t.line, outline_of(t.statement) as outline, t.duration_s,
        nullif(concat_ws(' on ', t.user_name, t.database), '') as who,
        floor((epoch(t.ts) - case when s.stamps = 'end' then t.duration_s else 0 end - $since)
            / $width)::bigint as bin
    from statements t
    join sources s using (source_id)
    where t.statement is not null and t.duration_s is not null and t.ts is not null
),
outlined as (
    select
        outline, bin, count(*) as calls, sum(duration_s) as took_s, max(duration_s) as longest_s,
        arg_max(event_id, (duration_s, source_id, line)) as longest,
        list(distinct who) filter (where who is not null) as who
    from timed
    where bin between 0 and $bins - 1
    group by outline, bin
),
-- There are few outlines, so all but the first look is at each of them once.
kinds as (
    select outline, fingerprint_of_outline(outline) as fingerprint
    from (select distinct outline from outlined)
),
ranked as (
    select fingerprint,
        row_number() over (order by sum(took_s) desc, fingerprint) as place
    from outlined
    join kinds using (outline)
    group by fingerprint
)
select
    least(r.place, $most + 1)::integer as place,
    case when r.place <= $most then fingerprint else '' end as kind,
    o.bin,
    sum(o.calls)::bigint as calls,
    sum(o.took_s) as took_s,
    max(o.longest_s) as longest_s,
    arg_max(o.longest, (o.longest_s, o.longest)) as longest,
    list_sort(list_distinct(flatten(list(o.who) filter (where o.who is not null)))) as who
from outlined o
join kinds using (outline)
join ranked r using (fingerprint)
group by all
order by place, kind, bin;
