-- How many kinds of lines were said so often before and since.
select role, before, during, count(*)::bigint as kinds
from shapes
group by all
order by all;
