"""Where and when the synthetic story plays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

BEGIN: Final = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
ONSET: Final = datetime(2026, 3, 1, 10, 14, 5, 120_000, tzinfo=UTC)
ENDED: Final = datetime(2026, 3, 1, 10, 31, 40, tzinfo=UTC)
BINS: Final = 270
BIN_S: Final = 10.0
SERVERS: Final = tuple(f"10.0.0.{n}:8080" for n in range(1, 5))
SHOW_SHARES: Final = (
    "select server, count(*) as requests,\n"
    "       count(*) / sum(count(*)) over () as share\n"
    "from attempts\n"
    "where pool = 'web' and attempt = 1\n"
    "  and ts >= timestamp '2026-03-01 10:14:05' and ts < timestamp '2026-03-01 10:31:40'\n"
    "group by server order by requests desc, server"
)

RELOAD: Final = "5d1e07b2c9aa:41"
WEIGHT: Final = "c04f11a7e932:18"
FIRST_502: Final = "9b7fe3307d41:88214"
EXHAUSTED: Final = "e81c2f64ab03:5120"
CHECKPOINT: Final = "77aa90d15c3e:904"
SLOW: Final = "77aa90d15c3e:1311"
FIXED: Final = "5d1e07b2c9aa:58"
