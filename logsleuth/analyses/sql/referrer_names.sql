select code::integer as code, min(site) as site from referrers group by code order by code;
