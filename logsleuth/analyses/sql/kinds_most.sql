-- The most frequent kinds of lines, the grave ones first, and how many kinds there are in all.
select role, shape, count(*) over () as kinds
from kinds_said
order by level in ('error', 'fatal') desc, said desc, role, shape
limit $most;
