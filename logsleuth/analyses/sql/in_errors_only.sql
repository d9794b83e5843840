-- Addresses on which requests were tried in vain, and that no line tells the instance of.
select distinct address from (
    select unnest(string_split(coalesce(servers, server), ', ')) as address
    from placements where basis <> 'application'
)
where address not in (select server from placements where basis = 'application')
order by address;
