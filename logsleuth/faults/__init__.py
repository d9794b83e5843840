"""One module a fault of the contract; the tuple has them in the contract's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.faults import (
    bad_instance,
    misrouted,
    outage,
    server_ejected,
    skewed_selection,
    slow_queries,
)

if TYPE_CHECKING:
    from logsleuth.analyses.findings import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    skewed_selection,
    server_ejected,
    misrouted,
    bad_instance,
    slow_queries,
    outage,
)
