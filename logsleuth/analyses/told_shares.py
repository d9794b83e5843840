"""Shares by the applications' own lines, where no log of the balancer names its servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.proportions import newcombe

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# Instances with so many requests on either side, and so many of them, can be compared.
_TOLD: Final = 20
_EQUALS: Final = 3
# So much more of all requests than before, surely, and so many times its part.
_MOVED: Final = 0.05
_TIMES: Final = 1.3
# It is slow that takes so many times as long as before, while the others take no longer than this.
_SLOWER: Final = 1.5
_AS_EVER: Final = 1.3
_FAILING: Final = 0.05


@dataclass(frozen=True, slots=True)
class ToldShares:
    """The instance whose part of the requests grew most; shares are 0 to 1."""

    hot: str
    before: float
    during: float
    others_slower: float
    """How many times as long as before the others took, the median of their medians."""
    slower: float
    failing: float
    """The part of its requests that it failed in the window, above that of the others."""

    @property
    def harmed(self) -> bool:
        """Whether the hot one is slow or fails for it, and the others are as ever."""
        worse = self.slower > _SLOWER or self.failing > _FAILING
        return worse and self.others_slower < _AS_EVER


def told_shares(facts: Facts) -> ToldShares | None:
    """Find who answers surely more than its part of before; None where a balancer's log tells."""
    told = [i for i in facts.instances if min(i.before, i.during) >= _TOLD]
    if facts.blind or len(told) < _EQUALS or any(facts.traffic.servers):
        return None
    before, during = sum(i.before for i in told), sum(i.during for i in told)
    hot = max(told, key=lambda i: (i.during / during - i.before / before, i.name))
    grown = newcombe(hot.during, during, hot.before, before)
    part = hot.during / during, hot.before / before
    if grown.low < _MOVED or part[0] < _TIMES * part[1]:
        return None
    others = [i for i in told if i is not hot]
    failed = sum(i.failed_during for i in others) / max(sum(i.during for i in others), 1)
    return ToldShares(
        hot.name, part[1], part[0], float(np.median([i.slower for i in others])), hot.slower,
        hot.failed_during / hot.during - failed,
    )  # fmt: skip
