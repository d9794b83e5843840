-- How many lines each log has in each bin of the time axis.
select source_id, floor((epoch(ts) - $since) / $width)::bigint as bin, count(*)::bigint as lines
from aligned
where ts is not null and epoch(ts) >= $since and epoch(ts) < $until
group by all
order by all;
