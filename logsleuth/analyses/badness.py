"""Which requests went badly: failed, refused where others are served, or slow for their route."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

# What an application or balancer answers when a request has come to the wrong place or is too many.
_REFUSALS: Final = (400, 404, 405, 410, 421, 429)
# A route that serves nobody is a scanner's: its refusals are no incident.
_SERVED: Final = 0.05
# Without that, what so many clients ask for of whom this part of all requests is served is missed
# by them; it is no incident below this part of everybody's requests.
_CLIENTS: Final = 20
_USUAL: Final = 0.5
_MUCH: Final = 0.10
# RFC 8615, and what browsers and crawlers look for by themselves.
_UNASKED: Final = re.compile(
    r"/favicon|/apple-touch-icon|/robots\.txt|/ads\.txt|/sitemap|/\.well-known/|\.map$"
)
_BLOCKS: Final = 24
_LEAST: Final = 12
# Of blocks with so many requests the fastest is no accident, and where nearly all of the evidence
# is bad, the only good one.
_SURE: Final = 30
_FASTEST: Final = 1.5
# Slow: this many times the route's own good times, and noticeably so for a person.
_TIMES: Final = 2.5
_NOTICED_S: Final = 0.05
# And slightly slow, where nothing else went badly.
SLIGHT: Final = 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Badness:
    """One flag a request for each way of going badly, all of length N."""

    failed: Array
    misplaced: Array
    slow: Array
    threshold_s: Array
    """What counts as slow for each request's route, seconds."""

    @property
    def bad(self) -> Array:
        """Any of the three."""
        return self.failed | self.misplaced | self.slow

    @property
    def unanswered(self) -> Array:
        """Failed or refused: the client did not get what it asked for."""
        return self.failed | self.misplaced


def judge(traffic: Traffic, times: float = _TIMES) -> Badness:
    """Flag each request; slowness is so many times the better times of the same route."""
    threshold = _thresholds(traffic, times)
    waited = np.nan_to_num(traffic.duration_s, nan=0.0)
    slow = waited > threshold
    failed = traffic.failed | (traffic.aborted & slow)
    return Badness(failed, _misplaced(traffic), slow & ~failed, threshold)


def _misplaced(traffic: Traffic) -> Array:
    """Refusals on routes that serve others, or that those who are served elsewhere ask for."""
    served = (traffic.status > 0) & (traffic.status < 400)
    count = np.bincount(traffic.route, minlength=len(traffic.routes))
    good = np.bincount(traffic.route, weights=served, minlength=len(traffic.routes))
    serving = good >= _SERVED * np.maximum(count, 1)
    refused = np.isin(traffic.status, _REFUSALS)
    alone: Array = refused & ~serving[traffic.route]
    wanted = _wanted(traffic, alone, served)
    # Less of it is what every site has: a page that is gone, or never was.
    much = int(wanted.sum()) >= _MUCH * len(traffic)
    flags: Array = refused & (serving[traffic.route] | (wanted & much))
    return flags


def _wanted(traffic: Traffic, refused: Array, served: Array) -> Array:
    """Flags of refusals on routes that many clients ask for who are served on others.

    A scanner is served nowhere, and what browsers ask for unasked is wanted by nobody. Where half
    of all is refused, nobody is served, and those who ask are no scanners.
    """
    size = len(traffic.clients)
    asked = np.bincount(traffic.client, minlength=size)
    usual = np.bincount(traffic.client, weights=served, minlength=size) >= _USUAL * asked
    if int(refused.sum()) >= _USUAL * len(traffic):
        usual[:] = True
    pairs = np.unique(traffic.route[refused].astype(np.int64) * size + traffic.client[refused])
    clients = np.bincount(
        pairs // size, weights=usual[pairs % size], minlength=len(traffic.routes)
    )  # fmt: skip
    wanted = clients >= _CLIENTS
    for code in np.flatnonzero(wanted).tolist():
        wanted[code] = _UNASKED.search(traffic.routes[code]) is None
    flags: Array = refused & wanted[traffic.route]
    return flags


def _thresholds(traffic: Traffic, times: float) -> Array:
    """Each request's limit: from the quiet blocks of its route; a rare one has the slowest's."""
    served = (traffic.status > 0) & (traffic.status < 400)
    usable = ~np.isnan(traffic.duration_s) & served
    limits = np.full(max(len(traffic.routes), 1), np.nan)
    order = np.argsort(traffic.route[usable], kind="stable")
    routes = traffic.route[usable][order]
    durations = traffic.duration_s[usable][order]
    bounds = np.searchsorted(routes, np.arange(len(traffic.routes) + 1))
    for code in np.flatnonzero(np.diff(bounds) >= 2 * _LEAST):
        limits[code] = _limit(durations[bounds[code] : bounds[code + 1]], times)
    rest = np.fmax(np.nanmax(limits, initial=0.0), _limit(traffic.duration_s[usable], times))
    limits[np.isnan(limits)] = rest
    return limits[traffic.route]


def _limit(durations: Array, times: float) -> float:
    """The 90th percentile of the better blocks of time, and then some."""
    if len(durations) < _LEAST:
        return np.inf
    quiet = float(np.quantile(_ends(durations, _LEAST), 0.25))
    if len(durations) >= _SURE:
        quiet = min(quiet, _FASTEST * min(_ends(durations, _SURE)))
    return max(times * quiet, quiet + _NOTICED_S)


def _ends(durations: Array, least: int) -> list[float]:
    """The 90th percentiles of blocks of so many requests at least, in order of time."""
    parts = np.array_split(durations, min(_BLOCKS, len(durations) // least))
    return [float(np.quantile(part, 0.9)) for part in parts]
