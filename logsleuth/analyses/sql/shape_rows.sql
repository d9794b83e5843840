-- Kinds of lines that are worth a look: by their counts, or one grave line near the onset.
select
    h.role, h.shape, h.level, h.before, h.during, h.instances,
    h.first.ts as first_ts,
    coalesce(s.resolution_s, 0) as step_s,
    h.first.source_id as source_id,
    h.first.line as line
from shapes h
left join sources s on s.source_id = h.first.source_id
where (h.role, h.before, h.during) in (
        select (role, before, during)
        from (select unnest($roles) as role, unnest($before) as before, unnest($during) as during)
    )
    or (h.before = 0 and h.during > 0 and h.level in ('warning', 'error', 'fatal')
        and h.first.ts <= $near)
order by h.role, h.shape;
