-- How many statements that a database timed itself began in each bin of the time axis.
select floor((epoch(ts) - duration_s - $since) / $width)::bigint as bin, count(*)::bigint as statements
from statements
where duration_s is not null and ts is not null
group by bin
having bin between 0 and $count - 1
order by bin;
