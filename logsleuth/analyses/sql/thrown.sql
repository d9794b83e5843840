-- Exceptions that an application's code threw by itself, by instance and kind: neither words of
-- another component nor of a resource that ran out.
with complained as (
    select event_id, source_id, line, coalesce(instance, '') as instance, epoch(ts) as ts,
        -- Frames are indented or numbered; what is left names the exception and its causes.
        regexp_replace(message, '\n(?:\s+|#\d+ |goroutine )[^\n]*', '', 'g') as says
    from messages
    where role = 'application' and coalesce(level, 'error') in ('error', 'fatal')
        and ts >= make_timestamp((least($calm_since, $onset) * 1000000)::bigint) - interval 1 second
        and ts < make_timestamp((greatest($calm_until, $stop) * 1000000)::bigint) + interval 1 second
),
named as (
    select *,
        regexp_extract(says,
            '\b((?:[A-Za-z_][\w$]*[.:\\]+)*[A-Z][\w$]*(?:Error|Exception|Fault|ByZero)|panic: [^\n]{1,80})\b', 1) as kind
    from complained
)
select
    kind, instance,
    count(*) filter (where ts >= $calm_since and ts < $calm_until and not (ts >= $onset and ts < $stop))::bigint as before,
    count(*) filter (where ts >= $onset and ts < $stop)::bigint as during,
    arg_min(event_id, (ts, source_id, line)) filter (where ts >= $onset and ts < $stop) as first_event
from named
where kind <> ''
    and not regexp_matches(says, '(?i)time?d? ?out|refused|connect|socket|\breset\b|unreachable|broken pipe|\bpool\b|queue|\block|deadlock|database|\bsql|psycopg|asyncpg|pymysql|mysql|redis|mongo|out of memory|OutOfMemory|too many|quota|no space|cancel|overload|unavailable|busy|throttl|rate.?limit|http error|\b50[234]\b')
group by kind, instance
order by during desc, kind, instance;
