"""Servers that are configured on a port that none of their equals has: likely mistyped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logsleuth.analyses.pools import PoolFacts, ServerFacts

# Two of them may be mistyped.
_MOST: Final = 0.6


def odd_port(pool: PoolFacts, server: ServerFacts) -> str | None:
    """Say where a server has a port that none of its equals has, of which most share one."""
    ports = {
        s.server: s.configured.address.rsplit(":", 1)[-1] for s in pool.servers if s.configured
    }
    own, line = ports.pop(server.server, None), server.configured
    if own is None or line is None or not ports or own in ports.values():
        return None
    usual, count = max(Counter(ports.values()).items(), key=lambda item: (item[1], item[0]))
    if count < _MOST * len(ports):
        return None
    return (
        f"{line.path}:{line.line} has {line.address}, {count} of its {len(ports)} equals are on"
        f" port {usual}"
    )
