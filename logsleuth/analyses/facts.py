"""All that the analyses found out about one case: what the faults look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import (
    alone,
    application,
    badness,
    changes,
    comparison,
    correlation,
    database,
    dropped,
    heaviest,
    incident,
    intended,
    moving_spot,
    own_time,
    pools,
    selection,
    silence,
    traffic,
    unrest,
    waits,
)
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from logsleuth.analyses.application import Instance, ServedRoute
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.comparison import Affinity
    from logsleuth.analyses.database import DatabaseFacts, Words
    from logsleuth.analyses.heaviest import Heaviest
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.intended import Intended
    from logsleuth.analyses.moving_spot import MovingSpot
    from logsleuth.analyses.own_time import SlowedRoute
    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.analyses.selection import Selection
    from logsleuth.analyses.silence import Silence
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.analyses.unrest import Unrest
    from logsleuth.analyses.waits import WaitsFacts
    from logsleuth.case.store import Case
    from logsleuth.stats.links import Links


# A baseline of less than this tells nothing.
_BASELINE: Final = 20
_BASELINE_S: Final = 3.0
_A_FEW: Final = 3
_PACE_MOST_S: Final = 60.0


@dataclass(frozen=True, eq=False)
class Facts:
    """The window and everything on both sides of its onset."""

    case: Case
    window: Window
    traffic: Traffic
    badness: Badness
    pools: tuple[PoolFacts, ...]
    database: DatabaseFacts
    words: tuple[Words, ...]
    changes: tuple[Change, ...]
    instances: tuple[Instance, ...]
    served_routes: tuple[ServedRoute, ...]
    silences: tuple[Silence, ...]

    @cached_property
    def before(self) -> Array:
        """Flags of the requests of the baseline, usually those before the onset."""
        return self.window.baseline.inside(self.traffic.started)

    @cached_property
    def during(self) -> Array:
        """Flags of the requests in the window."""
        return self.window.inside(self.traffic.started)

    @cached_property
    def whole(self) -> Array:
        """Flags of all requests between onset and end, the calm between episodes included."""
        window, started = self.window, self.traffic.started
        flags: Array = (started >= window.onset) & (started < window.stop)
        return flags

    @cached_property
    def lost(self) -> Array:
        """Flags of the requests whose client got no answer of use, as far as it is of now.

        A few refusals on served routes are everyday; they count where they left their baseline.
        """
        if "refusals" in self.window.measures:
            return self.badness.unanswered
        return self.badness.failed

    @cached_property
    def names(self) -> dict[str, str]:
        """The balancer's name of each application instance, where its requests tell it."""
        return correlation.names(self.case)

    @cached_property
    def names_servers(self) -> bool:
        """Whether the balancer's own log names servers, so that a request without one had none."""
        (placed,) = self.case.row(sql("placed"))
        return not placed and any(self.traffic.servers)

    @cached_property
    def in_errors_only(self) -> frozenset[str]:
        """Addresses that only the balancer's error log names: of what went well they tell nothing.

        They are not known to be those of an instance.
        """
        return frozenset(name for (name,) in self.case.rows(sql("in_errors_only")))

    @cached_property
    def linked(self) -> tuple[Links, Links]:
        """Attempts of the baseline, and of the window, with their application lines."""
        return waits.sides(self.case, self.traffic, self.window)

    @cached_property
    def waits(self) -> WaitsFacts:
        """Where the time went on each server, and what neither side logged: the gap."""
        return waits.examine(self.linked, self.names)

    @cached_property
    def slowed_route(self) -> SlowedRoute | None:
        """The route that took longer by itself, whatever it had to wait for with the others.

        Without a log of the applications the balancer's tells, but whose time it was then only the
        database's.
        """
        if self.instances:
            return own_time.slowed_route(self.case, self.window)
        heard = self.database.events and self.silence("database") is None
        return own_time.slowed_route(self.case, self.window, by_balancer=True) if heard else None

    @cached_property
    def heaviest_route(self) -> Heaviest | None:
        """The route that all others wait for, where there is no baseline to tell who got slower."""
        return heaviest.heaviest(self)

    def moving_spot(self, pool: PoolFacts) -> MovingSpot | None:
        """The hot spot of a pool that moved from server to server; two faults ask for it."""
        if pool.pool not in self._spots:
            self._spots[pool.pool] = moving_spot.moving_spot(self, pool)
        return self._spots[pool.pool]

    @cached_property
    def _spots(self) -> dict[str, MovingSpot | None]:
        return {}

    def affinity(self, pool: PoolFacts) -> Affinity:
        """How faithfully keys return to their servers in a pool; three faults ask for it."""
        if pool.pool not in self._affinities:
            self._affinities[pool.pool] = comparison.affinity(self, pool)
        return self._affinities[pool.pool]

    @cached_property
    def _affinities(self) -> dict[str, Affinity]:
        return {}

    @property
    def blind(self) -> bool:
        """Whether there is no baseline to speak of: the evidence is bad from its first line on."""
        return self.seconds_before < _BASELINE_S or int(self.before.sum()) < _BASELINE

    @property
    def begun_before(self) -> bool:
        """Whether nobody saw it begin: there is no baseline, or only one from after its end."""
        return self.blind or self.window.baseline.since >= self.window.onset

    @cached_property
    def pace_s(self) -> float:
        """How long a few bad requests take to come, in seconds: no onset can be dated better."""
        bad = int((self.during & self.badness.bad).sum())
        return min(_A_FEW * self.window.bad_seconds / max(bad, 1), _PACE_MOST_S)

    @property
    def seconds_before(self) -> float:
        """Length of the baseline, in seconds."""
        return self.window.baseline.seconds

    @property
    def seconds_during(self) -> float:
        """Length of the window, in seconds, the calm between its episodes included."""
        return max(self.window.stop - self.window.onset, 1e-3)

    def of_pool(self, pool: PoolFacts) -> Array:
        """Flags of the pool's requests for which a server was chosen."""
        named = self.traffic.named
        flags: Array = self._masks[pool.pool] & named[self.traffic.first_server]
        return flags

    @cached_property
    def _masks(self) -> dict[str, Array]:
        return dict(pools.pool_masks(self.traffic))

    @cached_property
    def selections(self) -> Mapping[str, Selection]:
        """By pool, the algorithm in force before and in the window, beside the configured one."""
        return {
            pool.pool: selection.select(
                self.case, self.traffic, self.of_pool(pool) & self.before,
                self.of_pool(pool) & self.during,
                [s.configured for s in pool.servers if s.configured is not None],
            )
            for pool in self.pools
        }  # fmt: skip

    @cached_property
    def intended(self) -> Mapping[str, Intended]:
        """By pool, the shares that were intended, and how far those of the window are from them."""
        return {
            pool.pool: intended.intend(
                self.traffic, pool, self.of_pool(pool) & self.during, self.changes
            )
            for pool in self.pools
        }

    def missing(self, pool: PoolFacts) -> tuple[ServerFacts, ...]:
        """Servers that got nothing: of those that did before, or else of those configured."""
        return pool.idle() if self.blind else pool.gone()

    def said(self, *kinds: str, role: str | None = None) -> tuple[Words, ...]:
        """What was said of these kinds in the window."""
        return tuple(
            w for w in self.words
            if w.kind in kinds and w.during and (role is None or w.role == role)
        )  # fmt: skip

    def silence(self, role: str) -> Silence | None:
        """The stretch of the window in which a layer's log should have lines and has none."""
        return next((s for s in self.silences if s.role == role), None)

    def changed(self, *kinds: str, within: float = 10.0) -> tuple[Change, ...]:
        """Changes of these kinds from a little before the onset on, up to the window's end."""
        low, high = self.window.onset - within, self.window.stop
        return tuple(c for c in self.changes if c.kind in kinds and low <= c.ts <= high)

    def cite(self, flags: Array, limit: int = 3) -> tuple[str, ...]:
        """Event ids of the first requests with a flag."""
        positions = np.flatnonzero(flags)[:limit].tolist()
        return self.events_at(positions)

    def events_at(self, positions: Iterable[int]) -> tuple[str, ...]:
        """Event ids of requests by their position in the traffic."""
        chosen = list(positions)
        if not chosen:
            return ()
        rows = self.case.rows(sql("events_at"), {"positions": chosen})
        return tuple(row[0] for row in rows)

    def on(self, server: str) -> Array:
        """Flags of the requests whose first attempt went to a server."""
        names = np.array([name == server for name in self.traffic.servers], dtype=bool)
        return names[self.traffic.first_server]


@dataclass(frozen=True, eq=False)
class Calm:
    """A case without an incident: the traffic, and that nothing left its baseline."""

    traffic: Traffic
    badness: Badness
    changes: tuple[Change, ...]
    unrest: Unrest | None
    """What was too little or too short for an incident, but no accident."""


def gather(case: Case) -> Facts | Calm:
    """Run every analysis of a case in their order: traffic, the window, then both sides of it."""
    requests = traffic.read(case)
    judged = badness.judge(requests)
    window = (
        incident.find(requests, judged)
        or dropped.find(case, requests)
        or alone.find(requests, judged)
    )
    if window is None:
        slightly = badness.judge(requests, badness.SLIGHT)
        window = incident.lasting(requests, slightly)
        if window is None:
            stirred = unrest.find(requests, judged, slightly)
            return Calm(requests, judged, changes.read(case), stirred)
        judged = slightly
    return examine(case, requests, judged, window)


def examine(case: Case, requests: Traffic, judged: Badness, window: Window) -> Facts:
    """Run the analyses of both sides of a window."""
    return Facts(
        case=case,
        window=window,
        traffic=requests,
        badness=judged,
        pools=pools.examine(case, requests, judged, window),
        database=database.examine(case, window),
        words=database.words(case, window),
        changes=changes.read(case),
        instances=application.instances(case, window),
        served_routes=application.routes(case, window),
        silences=_silences(case, window, requests),
    )


def _silences(case: Case, window: Window, requests: Traffic) -> tuple[Silence, ...]:
    found = (
        silence.find(case, role, window, requests.since) for role in ("application", "database")
    )
    return tuple(one for one in found if one is not None)
