"""Where the time of requests went, by server, before and in the window, with what nobody logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import correlation
from logsleuth.stats.arrays import positions_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case
    from logsleuth.stats.links import Links

# Medians of more requests than this are no better. Those next to the onset are taken.
_MOST: Final = 100_000
# A pair less sure than this says nothing of the time between its sides.
_SURE: Final = 0.8
# An application that took longer than this beyond the balancer's patience worked for nobody.
_GIVEN_UP_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Spell:
    """How long a part of requests took, in seconds, and of how many that is known."""

    requests: int
    median_s: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class Waits:
    """One server's requests in one period, part by part; None where no line tells.

    `gap` is what the balancer waited for an answer beyond what the application says it took: the
    network, and the accept queue of an instance that is too busy to take the connection. It is
    large on an overloaded instance, and stays small on one that is slow inside.
    """

    attempts: int
    matched: int
    """Attempts that have an application line, surely enough."""
    queue: Spell | None
    connect: Spell | None
    waited: Spell | None
    """From the connection to the answer, as the balancer saw it."""
    application: Spell | None
    application_queue: Spell | None
    """Waiting in the instance for a worker, where it says so: like `gap` a sign of overload."""
    database: Spell | None
    gap: Spell | None
    send: Spell | None

    @property
    def matched_share(self) -> float | None:
        """Share of the attempts that have an application line; None without attempts."""
        return self.matched / self.attempts if self.attempts else None


@dataclass(frozen=True, slots=True)
class ServerWaits:
    """A server before and in the window, and the instances that it is by its requests."""

    server: str
    instances: tuple[str, ...]
    before: Waits
    during: Waits


@dataclass(frozen=True, slots=True)
class WaitsFacts:
    """Every server in order of name, and all of them together."""

    all: ServerWaits
    servers: tuple[ServerWaits, ...]


def sides(case: Case, traffic: Traffic, window: Window) -> tuple[Links, Links]:
    """Join the requests of the baseline, and those of the window, with their application lines.

    Of more than 100,000 requests those nearest the onset speak for a side.
    """
    calm = window.baseline
    return (
        _period(case, traffic, calm.since, calm.until, last=calm.until <= window.onset),
        _period(case, traffic, window.onset, window.stop, last=False),
    )


def examine(sides: tuple[Links, Links], names: Mapping[str, str]) -> WaitsFacts:
    """Take requests apart on both sides of the onset; `names` leads from instances to servers."""
    parts = [positions_by(side.asked["server"]) for side in sides]
    known = sorted({name for part in parts for name in part})
    none = np.empty(0, dtype=np.int64)
    return WaitsFacts(
        all=ServerWaits("", (), *(_waits(side, slice(None)) for side in sides)),
        servers=tuple(
            ServerWaits(
                server,
                tuple(sorted(name for name, one in names.items() if one == server)),
                *(
                    _waits(side, part.get(server, none))
                    for side, part in zip(sides, parts, strict=True)
                ),
            )
            for server in known
        ),
    )


def _period(case: Case, traffic: Traffic, since: float, until: float, *, last: bool) -> Links:
    inside = traffic.started[traffic.between(since, until)]
    if len(inside) > _MOST:
        since, until = (float(inside[-_MOST]), until) if last else (since, float(inside[_MOST]))
    return correlation.link(case, since, until)


def _waits(links: Links, rows: Array | slice) -> Waits:
    asked = {name: values[rows] for name, values in links.asked.items()}
    found = links.found[rows]
    sure = links.confidence[rows] >= _SURE
    lines = found[sure]
    took = links.answered["duration_s"][lines]
    gap = asked["waited_s"][sure] - took
    return Waits(
        attempts=len(found),
        matched=len(lines),
        queue=_spell(asked["queue_s"]),
        connect=_spell(asked["connect_s"]),
        waited=_spell(asked["waited_s"]),
        application=_spell(took),
        application_queue=_spell(links.answered["queue_s"][lines]),
        database=_spell(links.answered["database_s"][lines]),
        # Who was given up on worked on: there is nothing between the two to tell apart.
        gap=_spell(gap[gap > -_GIVEN_UP_S]),
        send=_spell(asked["send_s"]),
    )


def _spell(values: Array) -> Spell | None:
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    median, high = np.quantile(known, (0.5, 0.95)).tolist()
    return Spell(len(known), median, high)
