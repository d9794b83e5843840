-- What clients call themselves, as small numbers in order of the requests; 0 is nothing.
create or replace temporary table agents as
with written as (
    select distinct user_agent from records where user_agent is not null
),
families as (
    select
        user_agent,
        case
            when regexp_matches(user_agent, '(?i)bot\b|crawler|spider')
                then coalesce(nullif(regexp_extract(user_agent, '(?i)[a-z0-9_.-]*(?:bot|crawler|spider)'), ''), 'bot')
            when user_agent like 'Mozilla/%' then coalesce(nullif(regexp_extract(
                user_agent, '(Edg|OPR|Firefox|CriOS|FxiOS|Chrome|Safari)[a-zA-Z]*/', 1), ''), 'Mozilla')
            else regexp_extract(user_agent, '^[^/\s(]+')
        end as family
    from written
)
select user_agent, family, dense_rank() over (order by family) as code from families;
