"""Releases and the end of an incident: what may have ended it, and what it ended in spite of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.actions import VERSION
from logsleuth.analyses.passage import Passed
from logsleuth.analyses.rollout import after_own_start
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts

# What waits in queues is served after the release that ends it has started.
_EARLY_S: Final = 15.0
# Instances that come last in a rollout hardly get one of the last bad requests.
_LATE_S: Final = 3.0
_AS_SLOWLY: Final = 1.5
_MOST: Final = 0.6
# Who starts anew has an empty queue: if it was the release, it is well from then on.
_AS_BADLY: Final = 0.5
# What was in queues at the end is through.
_SETTLED_S: Final = 1.0


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
    later = [c for c in facts.changes if c.kind in {"deploy", "start"} and c.ts >= early]
    starts = tuple(_one_after_the_other(later, ended + _LATE_S + facts.pace_s))
    instances = len({c.target for c in starts})
    if not starts or instances < _MOST * len({i.name for i in facts.instances}):
        return None
    release = next((c for c in starts if VERSION.search(c.message)), None)
    anew = after_own_start(facts, starts)
    rate = float(facts.badness.bad[facts.during].mean())
    worked = anew.least <= _AS_BADLY * rate
    return Cure(starts, instances, release or starts[0], release is not None, anew, worked)


def _one_after_the_other(starts: list[Change], until: float) -> Iterator[Change]:
    """Starts up to a moment, and what goes on from there at the same pace."""
    last, apart = starts[0].ts if starts else until, _LATE_S
    for start in starts:
        if start.ts > until and start.ts - last > _AS_SLOWLY * apart:
            return
        apart, last = max(apart, start.ts - last), start.ts
        yield start


def outlived(facts: Facts, starts: Iterable[Change]) -> tuple[Passed, float]:
    """Requests on a release after the incident, and how many of them its rates would make bad.

    Only instances count that were not started again while they told of what they did; routes have
    the rates of the window.
    """
    ended = facts.window.ended
    if ended is None:
        return Passed(0, 0), 0.0
    mine = {c.event_id for c in starts}
    last = {c.target: c for c in facts.changes if c.kind in {"deploy", "start"} and c.target}
    kept = [name for name, c in last.items() if c.event_id in mine and c.ts < ended]
    after = facts.during & False
    for name, until in facts.case.rows(sql("heard_until"), {"instances": kept}) if kept else ():
        began = facts.traffic.started
        since = (began >= ended + _SETTLED_S) & (began <= until)
        after |= facts.on(facts.names.get(name, name)) & since
    route, bad = facts.traffic.route, facts.badness.bad
    size = len(facts.traffic.routes)
    asked = np.bincount(route[facts.during], minlength=size)
    badly = np.bincount(route[facts.during & bad], minlength=size)
    expected = float((badly / np.maximum(asked, 1))[route[after]].sum())
    return Passed(int(after.sum()), int((after & bad).sum())), expected
