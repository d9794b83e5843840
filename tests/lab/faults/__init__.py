"""What the lab can do to a system, and what it can do that harms nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.faults import (
    affinity,
    application,
    bystanders,
    client,
    controls,
    database,
    ejection,
    limits,
    locks,
    routing,
    selection,
)

if TYPE_CHECKING:
    from tests.lab.action import Scenario

SCENARIOS: dict[str, Scenario] = {
    **selection.SCENARIOS,
    **affinity.SCENARIOS,
    **application.SCENARIOS,
    **ejection.SCENARIOS,
    **routing.SCENARIOS,
    **database.SCENARIOS,
    **locks.SCENARIOS,
    **limits.SCENARIOS,
    **client.SCENARIOS,
    **controls.SCENARIOS,
    **bystanders.SCENARIOS,
}
MAIN = (
    "skewed-selection",
    "bad-instance",
    "server-ejected",
    "misrouted",
    "slow-queries",
    "outage",
)
CONTROLS = tuple(name for name, scenario in SCENARIOS.items() if scenario.fault is None)
LOOKALIKES = tuple(name for name in SCENARIOS if name not in (*MAIN, *CONTROLS))
FIFTEEN = tuple(dict.fromkeys(s.fault for s in SCENARIOS.values() if s.fault is not None))
