"""Whether a route that became slow had taken as long as ever on a release, until then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.concentration import by_route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.facts import Facts

# A route has the harm to itself from this part on.
_ALONE: Final = 0.8
# Fewer requests than this are no group of their own.
_FEW: Final = 8
# A process that has just started is cold, and its port may not be open yet.
WARM_S: Final = 1.0
# Longer by this than before isn't as usual: what is a little slower fills servers later.
_LONGER: Final = 1.15


def as_usual(facts: Facts, started: Mapping[str, float]) -> float:
    """How much likelier the route's times on the release, before the onset, are old than new.

    A logarithm, of how many exceed the median of the times in the window: half would as after the
    onset, and as many as before the release would as ever. 0 where it is not one route that became
    slow, where nothing tells, or where it took longer on the release already.

    Args:
        facts: the incident's.
        started: when instances started on the release, s since 1970.
    """
    slower = _slower_route(facts)
    if slower is None:
        return 0.0
    traffic = facts.traffic
    route = (traffic.route == traffic.routes.index(slower)) & ~np.isnan(traffic.duration_s)
    anew = np.zeros(len(traffic), dtype=bool)
    for name, at in started.items():
        anew |= facts.on(facts.names.get(name, name)) & (traffic.started >= at + WARM_S)
    calm = route & facts.before & (traffic.started < min(started.values()))
    early = route & facts.before & anew & (traffic.started < facts.window.earliest)
    usual, held, hurt = (traffic.duration_s[flags] for flags in (calm, early, route & facts.during))
    if min(len(usual), len(held), len(hurt)) < _FEW:
        return 0.0
    if float(np.median(held)) > _LONGER * float(np.median(usual)):
        return 0.0
    most = float(np.median(hurt))
    often = (float((usual > most).sum()) + 0.5) / (len(usual) + 1.0)
    over = int((held > most).sum())
    return float(over * np.log(often / 0.5) + (len(held) - over) * np.log((1.0 - often) / 0.5))


def _slower_route(facts: Facts) -> str | None:
    """The route that has nearly all of what routes took longer, or of what went badly."""
    if "latency" not in facts.window.measures:
        return None
    slowed, worst = facts.slowed_route, by_route(facts)
    if slowed is not None and slowed.own.share >= _ALONE:
        return slowed.route
    if worst is None or worst.excess_share < _ALONE:
        return None
    return worst.value or None
