"""A request through all layers, and where the time went, for the synthetic investigations."""

from __future__ import annotations

from logsleuth.model import Segment, ServerTime, TimePart, Waterfall, WhereTime
from tests.renderers.scene import FIRST_502, ONSET, SERVERS, SLOW


def waterfall() -> Waterfall:
    """One that failed: two attempts, a sure line, a doubtful statement, and unknown parts."""
    return Waterfall(
        why="the first that failed", event=FIRST_502, started=ONSET, method="GET",
        path="/cart?id=7", status=502, server=SERVERS[0], request_id="7bb99ad3", duration_s=2.0,
        failed=True,
        segments=(
            Segment("request", "request", 0.0, 2.0, "measured", 0, FIRST_502),
            Segment("queue", "balancer's queue", 0.0, None, "unknown", 1, FIRST_502),
            Segment("attempt", f"{SERVERS[0]}: 502", 0.5, 1.5, "measured", 1, FIRST_502),
            Segment("gap", "neither side", 0.5, 0.5, "inferred", 3, note="network"),
            Segment("application", "application app-1 said 500", 1.0, 1.0, "measured", 3, FIRST_502,
                    0.87),
            Segment("statement", "select 1", 1.1, 0.7, "measured", 5, SLOW, 0.43,
                    "2 requests may have sent it"),
            Segment("mention", "application: it broke", 1.2, None, "measured", 1, SLOW),
        ),
    )  # fmt: skip


def where_time() -> WhereTime:
    """One server whose application got slower, and parts that nobody logged."""
    return WhereTime(
        servers=(
            ServerTime(
                SERVERS[0], ("app-1",),
                (
                    TimePart("application", 0.1, 0.2, 1.9, 3.0),
                    TimePart("gap", 0.001, 0.002, None, None),
                ),
                0.99, 0.5,
            ),
        ),
        query="select 1",
    )  # fmt: skip
