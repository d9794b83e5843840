-- When each statement that a database timed itself began, in seconds since 1970.
select epoch(ts) - duration_s as began
from statements
where duration_s is not null and ts is not null
order by began;
