"""What one server got and how it did in one period, and its longest silence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.stats.arrays import positions_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic

# A connection is refused within milliseconds; an answer takes longer.
_REFUSED_S: Final = 0.02
_REFUSED_ATTEMPT_S: Final = 0.05
# So many of a server's last requests tell how it was before it fell silent.
_LAST: Final = 20


@dataclass(frozen=True, slots=True)
class Load:
    """What one server got and how it did in one period; rates are 0 to 1, None without requests."""

    requests: int
    share: float
    failure_rate: float | None
    bad_rate: float | None
    misplaced_rate: float | None
    median_s: float | None
    p95_s: float | None
    attempts: int
    """First attempts and retries alike."""
    attempts_failed: int
    unconnected: int
    """Attempts that found nobody listening."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The longest run of the pool's requests in the window that passed a server by.

    Measured in requests of the pool, not in seconds, for a pool may be quiet itself.
    """

    absent: float
    last_seen: float | None
    bad_before: float | None


@dataclass(frozen=True, eq=False)
class Sides:
    """The two sides of the onset for the requests of one pool."""

    traffic: Traffic
    badness: Badness
    window: Window
    retries: Mapping[str, Any]
    pool: Array
    """Flags of the pool's requests."""

    @cached_property
    def before(self) -> Array:
        """Flags of the pool's requests in the baseline."""
        return self.pool & self.window.baseline.inside(self.traffic.started)

    @cached_property
    def during(self) -> Array:
        """Flags of the pool's requests in the window."""
        return self.pool & self.window.inside(self.traffic.started)

    @cached_property
    def bad(self) -> Array:
        """Flags of the requests that went badly in any way."""
        return self.badness.bad

    @cached_property
    def order(self) -> Array:
        """Positions of the pool's requests in the window that a log which ends may tell of.

        Of those under way at the end of the evidence only the quick ones are in it: a slow server
        would look silent then.
        """
        known = self.during
        if self.window.ended is None:
            took = _quantile(self.traffic.duration_s[known], 0.95)
            known = known & (self.traffic.started < self.traffic.until - (took or 0.0))
        return np.flatnonzero(known)

    @cached_property
    def nobody(self) -> Array:
        """Flags of requests that no server was chosen for."""
        nameless = np.array([not name for name in self.traffic.servers], dtype=bool)
        flags: Array = nameless[self.traffic.first_server]
        return flags

    @cached_property
    def served(self) -> tuple[int, int]:
        """How many requests a server was chosen for, before and in the window."""
        before, during = (int((flags & ~self.nobody).sum()) for flags in (self.before, self.during))
        return before, during

    @cached_property
    def tries(self) -> Mapping[str, Array]:
        """Positions of each server's attempts among the retries."""
        return positions_by(self.retries["server"])

    def loads(self, name: str, mine: Array) -> tuple[Load, Load]:
        """What a server got before the onset and in the window; `mine` flags its requests."""
        # Positions, for a pool may have hundreds of servers: all flags are read once a server.
        at = np.flatnonzero(mine)
        tried = self.tries.get(name, np.empty(0, dtype=np.int64))
        started = self.retries["started"][tried]
        calm, window, total = self.window.baseline, self.window, self.served
        return (
            self._load(at[self.before[at]], total[0], tried[calm.inside(started)]),
            self._load(at[self.during[at]], total[1], tried[window.inside(started)]),
        )

    def _load(self, chosen: Array, total: int, tried: Array) -> Load:
        traffic, badness = self.traffic, self.badness
        count, took = len(chosen), traffic.duration_s[chosen]
        failed, misplaced = badness.failed[chosen], badness.misplaced[chosen]
        alone = chosen[~traffic.retried[chosen]]
        failed_alone = alone[traffic.failed[alone]]
        status = self.retries["status"][tried]
        return Load(
            requests=count,
            share=count / total if total else 0.0,
            failure_rate=_rate(failed),
            bad_rate=_rate(failed | misplaced | badness.slow[chosen]),
            misplaced_rate=_rate(misplaced),
            median_s=_quantile(took, 0.5),
            p95_s=_quantile(took, 0.95),
            attempts=len(alone) + len(tried),
            attempts_failed=len(failed_alone) + int((status >= 500).sum()),
            unconnected=self._unconnected(failed_alone, tried),
        )

    def _unconnected(self, failed: Array, tried: Array) -> int:
        """Attempts that found nobody listening: HAProxy's SC, or a 502 within milliseconds."""
        traffic = self.traffic
        quick = np.nan_to_num(traffic.duration_s[failed], nan=1.0) < _REFUSED_S
        alone = traffic.unconnected[failed] | ((traffic.status[failed] == 502) & quick)
        status, took = self.retries["status"][tried], self.retries["response_s"][tried]
        again = self.retries["unconnected"][tried] | ((status == 502) & (took < _REFUSED_ATTEMPT_S))
        return int(alone.sum()) + int(again.sum())

    def silence(self, mine: Array) -> Silence:
        """The longest silence of a server in the window, and how it was just before."""
        at, order = np.flatnonzero(mine), self.order
        total = len(order)
        blind = not self.before.any()
        if not total or not (blind or self.before[at].any()):
            return Silence(0.0, None, None)
        seen = np.searchsorted(order, np.intersect1d(at, order, assume_unique=True))
        edges = np.concatenate(([-1], seen, [total]))
        longest = int(np.argmax(np.diff(edges)))
        absent = int(edges[longest + 1] - edges[longest] - 1) / total
        started = self.traffic.started
        began = started[order[min(edges[longest] + 1, total - 1)]]
        known = self.before[at] | self.during[at]
        last = at[known & (started[at] < began)][-_LAST:]
        if not len(last):
            return Silence(absent, None, None)
        bad = float(self.bad[last].mean())
        return Silence(absent, float(started[last[-1]]), bad)


def _rate(flags: Array) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _quantile(values: Array, q: float) -> float | None:
    usable = values[~np.isnan(values)]
    return float(np.quantile(usable, q)) if len(usable) else None
