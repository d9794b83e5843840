select path, format, role, lines, events, continuation, rejected, blank, sha256, bytes, since, until,
    zone, zone_shift_s
from sources
order by path;
