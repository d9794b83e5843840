"""How changes are told that were judged by name, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import clock

if TYPE_CHECKING:
    from logsleuth.model import ChangeVerdict, Investigation, JudgedChange, Status

# Worst first: the order in which a person in a hurry asks.
ORDER: Final[tuple[ChangeVerdict, ...]] = ("guilty", "undecided", "innocent")
# The look of each verdict is that of the status of a hypothesis.
LOOKS: Final[dict[ChangeVerdict, Status]] = {
    "guilty": "implicated",
    "undecided": "inconclusive",
    "innocent": "ruled-out",
}


def worst_first(investigation: Investigation) -> list[JudgedChange]:
    """Return the changes, the guilty first, and of those alike the nearest to the onset."""
    onset = None if investigation.incident is None else investigation.incident.onset

    def order(change: JudgedChange) -> tuple[int, float]:
        apart = 0.0 if onset is None else abs((change.ts - onset).total_seconds())
        return ORDER.index(change.verdict), apart

    return sorted(investigation.changes, key=order)


def named(change: JudgedChange) -> str:
    """Name a change: `release 2.18.1`."""
    return change.name if change.name.startswith(change.kind) else f"{change.kind} {change.name}"


def title(change: JudgedChange) -> str:
    """Name a change and say when it was: `release 2.18.1 (10:14:05)`."""
    when = "" if clock(change.ts)[:8] in change.name else f" ({clock(change.ts)[:8]})"
    return f"{named(change)}{when}"


def briefly(change: JudgedChange) -> str:
    """Say the verdict on a change in a line."""
    return f"{change.verdict}: {title(change)} – {change.why}"
