"""Servers that are configured on a port that none of their equals has: likely mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsleuth.analyses.pools import PoolFacts, ServerFacts


def odd_port(pool: PoolFacts, server: ServerFacts) -> str | None:
    """Say where a server has a port unlike all of its equals, which share one; None elsewhere."""
    ports = {
        s.server: s.configured.address.rsplit(":", 1)[-1] for s in pool.servers if s.configured
    }
    own, line = ports.pop(server.server, None), server.configured
    if own is None or line is None or len(set(ports.values())) != 1 or own in ports.values():
        return None
    return (
        f"{line.path}:{line.line} has {line.address}, its equals are on port"
        f" {next(iter(ports.values()))}"
    )
