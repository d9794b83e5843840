"""How requests fared between two moments, for any number of moments: counts from running sums."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats import shares as share_tests
from logsleuth.stats.proportions import clopper_pearson, newcombe

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

# The level of two sides that leaves 5 % on one of them.
_LEVEL: Final = 0.90
_LEAST: Final = 40


@dataclass(frozen=True, slots=True)
class Passed:
    """Requests of a stretch, and how many of them went badly."""

    requests: int
    bad: int

    @property
    def rate(self) -> float:
        """The part that went badly, 0 to 1; 0 without any."""
        return self.bad / max(self.requests, 1)

    @property
    def most(self) -> float:
        """The exact upper 95 % bound of the rate (Clopper and Pearson); 1 without any."""
        return clopper_pearson(self.bad, self.requests, _LEVEL).high

    @property
    def least(self) -> float:
        """The exact lower 95 % bound of the rate; 0 without any."""
        return clopper_pearson(self.bad, self.requests, _LEVEL).low


def worse(after: Passed, before: Passed) -> float:
    """The lower 95 % bound of how much worse it went after than before, in parts of requests."""
    return newcombe(after.bad, after.requests, before.bad, before.requests, _LEVEL).low


@dataclass(frozen=True, eq=False)
class Passage:
    """The balancer's requests and their flags of having gone badly; times in seconds since 1970."""

    traffic: Traffic
    bad: Array

    def within(self, since: float, until: float) -> Passed:
        """Requests that began in [since, until)."""
        first, last = np.searchsorted(self.traffic.started, (since, max(since, until))).tolist()
        return Passed(last - first, int(self._running[last] - self._running[first]))

    def over(self, since: float, until: float) -> Passed:
        """Requests that began at `since` or later and were over before `until`."""
        first, last = np.searchsorted(self.traffic.started, (since, max(since, until))).tolist()
        chosen = slice(first, last)
        took = np.nan_to_num(self.traffic.duration_s[chosen])
        ended = self.traffic.started[chosen] + took < until
        return Passed(int(ended.sum()), int((ended & self.bad[chosen]).sum()))

    def moved(self, mask: Array, at: float, since: float, until: float) -> tuple[float, float]:
        """The total variation between the shares of servers in [since, at) and [at, until), and p.

        (0, 1) where either side has too few requests to tell.
        """
        started, server = self.traffic.started, self.traffic.first_server
        sides = [
            server[mask & (started >= low) & (started < high)]
            for low, high in ((since, at), (at, until))
        ]
        if min(map(len, sides)) < _LEAST:
            return 0.0, 1.0
        first, second = (np.bincount(side, minlength=len(self.traffic.servers)) for side in sides)
        used = first + second > 0
        test = share_tests.homogeneity(first[used], second[used])
        return test.total_variation, test.p_value

    @cached_property
    def _running(self) -> Array:
        sums: Array = np.concatenate([[0], np.cumsum(self.bad)])
        return sums
