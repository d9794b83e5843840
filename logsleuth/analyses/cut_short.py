"""A route that the balancer gives up on sooner than on others, within its usual times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

_FEW: Final = 20
# A route has the failures to itself, and they one duration, from these parts on.
_ALONE: Final = 0.9
_PILED: Final = 0.8
# A timeout fires within a few hundredths of a second of its setting.
_SPREAD_S: Final = 0.05
# Others are surely waited for longer that took so many times the limit and were served.
_LONGER: Final = 1.2
_SOME: Final = 0.02
# A limit that cuts one hump of durations leaves some just below it, a tenth of what it cuts where
# that is nine in ten; what got slow by itself is a hump of its own, beyond it.
_BELOW: Final = 0.7
_AS_MANY: Final = 0.1
_LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class CutShort:
    """The route, the time after which it is given up, s, and how others of its pools fare."""

    route: str
    limit_s: float
    cut: int
    below: int
    """Its requests that were served just before that time."""
    longer: int
    """Requests for other routes of the same servers that were served later than that."""

    @property
    def smooth(self) -> bool:
        """Whether what is given up is the upper part of what it usually takes."""
        return _smooth(self.below, self.cut)


def is_upper_part(facts: Facts, failed: Array, limit_s: float) -> bool:
    """Whether what is given up after a time is the upper part of what those routes usually take."""
    mine = np.isin(facts.traffic.route, np.unique(facts.traffic.route[failed]))
    served = facts.during & mine & ~facts.badness.unanswered & ~facts.traffic.retried
    return _smooth(_below(facts, served, limit_s), int(failed.sum()))


def _smooth(below: int, cut: int) -> bool:
    return below >= max(_AS_MANY * cut, _LEAST)


def _below(facts: Facts, served: Array, limit_s: float) -> int:
    took = facts.traffic.duration_s[served]
    return int(((took >= _BELOW * limit_s) & (took < limit_s)).sum())


def cut_short(facts: Facts, failed: Array) -> CutShort | None:
    """Hold a route's failures at one duration against what others are served after.

    Args:
        facts: of the case.
        failed: flags of the failures for which a server was tried.
    """
    routes = facts.traffic.route[failed]
    if len(routes) < _FEW:
        return None
    counts = np.bincount(routes, minlength=len(facts.traffic.routes))
    code = int(np.argmax(counts))
    took = facts.traffic.duration_s[failed & (facts.traffic.route == code)]
    limit = float(np.median(took)) if len(took) else np.nan
    near = np.abs(took - limit) < min(_SPREAD_S, 0.1 * limit) + 0.02 * limit
    if counts[code] < _ALONE * len(routes) or np.isnan(limit) or near.mean() < _PILED:
        return None
    served = facts.during & ~facts.badness.unanswered & ~facts.traffic.retried
    same = np.isin(facts.traffic.first_server, np.unique(facts.traffic.first_server[failed]))
    others = facts.traffic.duration_s[served & same & (facts.traffic.route != code)]
    longer = int((others > _LONGER * limit).sum())
    if longer < max(_FEW, _SOME * len(others)):
        return None
    below = _below(facts, served & (facts.traffic.route == code), limit)
    return CutShort(facts.traffic.routes[code], limit, len(took), below, longer)
