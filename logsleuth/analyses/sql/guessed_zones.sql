select path, zone, zone_shift_s
from sources
where zone in ('inferred', 'assumed UTC') and (zone_shift_s <> 0 or zone = 'assumed UTC') and events > 0
order by path;
