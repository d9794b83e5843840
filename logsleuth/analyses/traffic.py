"""The balancer's requests as columns of numbers, in order of their start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.analyses import unnamed
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.case.store import Case

Array = np.ndarray[Any, Any]

_PART: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Requests by start time; all columns have one length N.

    Times are seconds since 1970 in UTC, durations seconds with NaN for unknown, texts are codes
    into the lists of names. `pool`, `server` and `first_server` may be named by the empty text.
    """

    started: Array
    duration_s: Array
    queue_s: Array
    header_s: Array
    """Until the server's answer began, or its whole time where only that is logged."""
    status: Array
    failed: Array
    refused: Array
    aborted: Array
    retried: Array
    redispatched: Array
    """Sent to another server after the first, which the log doesn't name, had failed."""
    unconnected: Array
    turned_away: Array
    pool: Array
    server: Array
    first_server: Array
    route: Array
    client: Array
    pools: tuple[str, ...]
    servers: tuple[str, ...]
    routes: tuple[str, ...]
    clients: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.started)

    @property
    def named(self) -> Array:
        """Flags by code of a server, which the empty name isn't."""
        return np.array([bool(name) for name in self.servers], dtype=bool)

    @property
    def since(self) -> float:
        """Start of the first request."""
        return float(self.started[0])

    @property
    def until(self) -> float:
        """Start of the last request."""
        return float(self.started[-1])

    @property
    def logged_since(self) -> float:
        """When the first request was logged; of those begun before it only the slow are known."""
        ended = self.started + np.nan_to_num(self.duration_s, nan=0.0)
        return min(float(ended.min()), self.until)

    @property
    def timed(self) -> bool:
        """Whether at least half of the requests have a duration, so that slowness shows."""
        known = len(self) - int(np.isnan(self.duration_s).sum())
        return known >= len(self) / 2

    def between(self, low: float, high: float) -> slice:
        """Return the slice of requests that began in [low, high)."""
        first, last = np.searchsorted(self.started, (low, high)).tolist()
        return slice(first, last)


def read(case: Case) -> Traffic:
    """Load the requests of all balancers; the temporary table `traffic` stays for later queries."""
    case.prepare(sql("traffic"))
    columns = _columns(case, case.row(sql("traffic_count"))[0])
    names: dict[str, list[str]] = {"pool": [], "server": [], "route": [], "client": []}
    for kind, text in case.rows(sql("texts")):
        names[kind].append(text)
    columns["pool"] = unnamed.named(
        columns["pool"], columns["first_server"], columns["route"], names["pool"], names["server"]
    )
    return Traffic(
        **columns,
        pools=tuple(names["pool"]),
        servers=tuple(names["server"]),
        routes=tuple(names["route"]),
        clients=tuple(names["client"]),
    )


def _columns(case: Case, count: int) -> dict[str, Array]:
    """Every column of the traffic, read in parts: arrays that have to grow are held twice."""
    columns: dict[str, Array] = {}
    for first in range(0, max(count, 1), _PART):
        part = case.arrays(sql("traffic_rows"), {"first": first, "stop": first + _PART})
        for name, values in part.items():
            whole = columns.setdefault(name, np.empty(count, values.dtype))
            whole[first : first + len(values)] = _plain(values)
    return columns


def _plain(values: Array) -> Array:
    return values.filled() if isinstance(values, np.ma.MaskedArray) else values
