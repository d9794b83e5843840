-- What databases said besides statements with their times, by template and bin, the gravest first.
-- A connection is told by its user, database or host, for who holds them all is asked then.
with said as (
    select
        floor((epoch(e.ts) - $since) / $width)::bigint as bin, e.ts, e.event_id, e.source_id, e.line,
        e.level,
        coalesce(
            nullif(regexp_extract(e.message,
                '^(?:replication )?connection authorized:(?: (?:user|database)=\S+)+'
                || '|^connection received: host=\S+'), ''),
            f.template, left(split_part(e.message, chr(10), 1), 200)
        ) as text
    from aligned e
    left join (select distinct template_id, template from forms) f using (template_id)
    where e.role = 'database' and e.ts is not null and e.message is not null and e.duration_s is null
        and (e.statement is null or e.level in ('warning', 'error', 'fatal'))
),
ranked as (
    select text, level,
        row_number() over (order by
            case level when 'fatal' then 0 when 'error' then 1 when 'warning' then 2 else 3 end,
            count(*) desc, text, level
        ) as place
    from said
    where bin between 0 and $bins - 1
    group by text, level
)
select
    least(r.place, $most + 1)::integer as place,
    case when r.place <= $most then s.text else '' end as kind,
    case when r.place <= $most then s.level end as grade,
    s.bin,
    count(*)::bigint as lines,
    arg_min(s.event_id, (s.ts, s.source_id, s.line)) filter (where epoch(s.ts) >= $onset) as since_onset,
    arg_min(s.event_id, (s.ts, s.source_id, s.line)) as first_event
from said s
join ranked r on r.text = s.text and r.level is not distinct from s.level
where s.bin between 0 and $bins - 1
group by all
order by place, kind, grade, bin;
