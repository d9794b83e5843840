select path, clock_offset_s, clock_low_s, clock_high_s, clock_pairs, clock_drift_s, clock_basis,
    clock_shift_s <> 0 as corrected
from sources
where clock_offset_s is not null
order by path;
