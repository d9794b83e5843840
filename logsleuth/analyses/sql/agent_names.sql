select code::integer as code, min(family) as family from agents group by code order by code;
