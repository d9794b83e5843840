"""Releases and restarts that may have ended an incident: instances that began anew at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.actions import VERSION
from logsleuth.analyses.rollout import after_own_start

if TYPE_CHECKING:
    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.passage import Passed

# What waits in queues is served after the release that ends it has started.
_EARLY_S: Final = 15.0
# Instances that come last in a rollout hardly get one of the last bad requests.
_LATE_S: Final = 3.0
_MOST: Final = 0.6
# Who starts anew has an empty queue: if it was the release, it is well from then on.
_AS_BADLY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Cure:
    """Starts of most instances around the end, and how those who had started fared until then."""

    starts: tuple[Change, ...]
    instances: int
    first: Change
    """The first that names a release, else the first."""
    released: bool
    anew: Passed
    worked: bool


def cured(facts: Facts) -> Cure | None:
    """Return the starts around the incident's end; None where most instances kept running."""
    ended = facts.window.ended
    if ended is None:
        return None
    early = ended - max(_EARLY_S, 0.25 * facts.seconds_during)
    starts = tuple(
        c for c in facts.changes
        if c.kind in {"deploy", "start"} and early <= c.ts <= ended + _LATE_S
    )  # fmt: skip
    instances = len({c.target for c in starts})
    if not starts or instances < _MOST * len({i.name for i in facts.instances}):
        return None
    release = next((c for c in starts if VERSION.search(c.message)), None)
    anew = after_own_start(facts, starts)
    rate = float(facts.badness.bad[facts.during].mean())
    worked = anew.least <= _AS_BADLY * rate
    return Cure(starts, instances, release or starts[0], release is not None, anew, worked)
