-- Failures that applications logged in the window, and the errors that tell of their causes: those
-- whose words may mean a database, or waiting for anything, and those that name something else.
with told as (
    select
        status >= 500 as failure,
        level in ('error', 'critical', 'fatal', 'panic', 'emergency', 'alert')
            and (status is null or detail is not null) as cause,
        concat_ws(chr(10), message, detail, error_code) as says
    from aligned
    where role = 'application' and ts is not null
        and epoch(ts) >= $onset and epoch(ts) < $stop + $slack
),
meant as (
    select failure, cause, case when cause then regexp_matches(says,
        '(?i)sql|data.?(?:base|source|access)|\bdb|db\b|postgres|psycopg|asyncpg|maria|pgx|pg[_.]|\bpq\b'
        || '|jdbc|jpa\b|hikari|hibernate|ecto\b|active.?record|sequelize|prisma|mongo|redis|memcache|cassandra'
        || '|oracle|ora-\d|elastic|query|statement|transaction|\block|deadlock|cursor|relation|constraint|repositor'
        || '|connect|pool\b|tim(?:e|ed).?out|deadline|refused|reset|unreachable|unavailable|socket|econn|broken pipe'
    ) end as perhaps
    from told
    where failure or cause
)
select
    count(*) filter (where failure)::bigint as failures,
    count(*) filter (where not perhaps)::bigint as own,
    count(*) filter (where perhaps)::bigint as perhaps
from meant;
