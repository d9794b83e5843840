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
    """Weigh that all servers fared alike (`alike`) or that some were surely spared (`apart`).

    There is no reason where the worst hit pool has only one server, and no weight where too few
    requests went badly to tell.
    """
    held = evenness(facts)
    if held is None:
        return []
    weight = alike if held.alike else apart if held.spared else 0.0
    return [
        reason(
            fault, name, family, weight,
            f"between {held.least:.0%} and {held.most:.0%} of the requests on each server of pool"
            f" {held.pool} went badly",
            effect=held.least, query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip
