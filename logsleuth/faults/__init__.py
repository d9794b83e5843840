"""One module a fault of the contract; the tuple has them in the contract's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.faults import (
    abusive_client,
    bad_instance,
    bad_release,
    bad_route,
    capacity_limit,
    connection_exhaustion,
    lock_contention,
    misrouted,
    outage,
    server_ejected,
    skewed_selection,
    slow_queries,
    sticky_hotspot,
    timeout_misconfigured,
    traffic_surge,
)

if TYPE_CHECKING:
    from logsleuth.analyses.findings import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    skewed_selection,
    sticky_hotspot,
    server_ejected,
    misrouted,
    timeout_misconfigured,
    capacity_limit,
    bad_instance,
    bad_release,
    bad_route,
    slow_queries,
    lock_contention,
    connection_exhaustion,
    outage,
    traffic_surge,
    abusive_client,
)
