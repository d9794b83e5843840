"""Whether every server of the worst hit pool is hit alike: a reason that many faults share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.comparison import evenness
from logsleuth.analyses.findings import reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.findings import Reason


def hit_everywhere(
    fault: str, facts: Facts, name: str, family: str, *, alike: float, apart: float
) -> list[Reason]:
    """Weigh that all servers fared alike (`alike`) or that some were spared (`apart`).

    There is no reason where the worst hit pool has only one server.
    """
    held = evenness(facts)
    if held is None:
        return []
    return [
        reason(
            fault, name, family, alike if held.alike else apart,
            f"between {held.least:.0%} and {held.most:.0%} of the requests on each server of pool"
            f" {held.pool} went badly",
            effect=held.least, query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip
