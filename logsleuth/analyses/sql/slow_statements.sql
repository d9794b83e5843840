-- Statements that took long enough for a person to notice, while requests came.
select count(*)::bigint as slow
from statements
where duration_s >= $least_s and epoch(ts) between $since and $until;
