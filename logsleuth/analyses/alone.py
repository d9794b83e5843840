"""Incidents of one server or one route: what one has alone drowns in what its equals do well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.badness import Badness
from logsleuth.analyses.incident import ALL_ALONG, scanned, whole
from logsleuth.analyses.scanning import Bins, by_route, by_server, scan

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic

_FEWEST: Final = 20
# A route that fails for so much of all requests is an incident; one that fails so much of its own,
# so often, is none but no calm either.
_NOTED: Final = 0.01
_CHRONIC: Final = 0.03
_TELLING: Final = 12
# Nor is it calm where so much of everything does, and an incident where the balancer turns away so
# much: it has no errors of its own on any day. Where it names no servers that isn't known.
_MUCH: Final = 0.02
_TOO_MANY: Final = 429
_SERVED: Final = 0.5
# One server's scan is one of many.
_STRICTER: Final = 2.0
# One server is ill alone that serves less than half of its requests well for so many seconds, of
# which so many went badly for clients, while all others have a tenth of that.
_ILL_S: Final = 5.0
_MOSTLY: Final = 0.5
_BORNE: Final = 15
_SPARED: Final = 0.1


def find(traffic: Traffic, badness: Badness) -> Window | None:
    """Scan each server by itself, and each route for what it doesn't answer, at last from first on.

    A sick server that the balancer takes out and back is sick all along in its own requests, and in
    everybody's only for moments. What fails from the first line to the last has no baseline but its
    equals.
    """
    if not len(traffic) or traffic.until <= traffic.since:
        return None
    found = [
        _of_server(traffic, badness, code, bins, own)
        for code, bins, own in by_server(traffic, badness, _FEWEST)
    ]
    for code, bins, own in by_route(traffic, badness, _FEWEST):
        if any(e.solid for e in scan(bins, own, _STRICTER)):
            asked = traffic.route == code
            found.append(scanned(traffic, badness, Bins.of(traffic, asked), _STRICTER))
    best = max((w for w in found if w is not None), key=lambda w: w.llr, default=None)
    return best or _all_along_for(traffic, badness) or _turned_away(traffic, badness)


def _of_server(
    traffic: Traffic, badness: Badness, code: int, bins: Bins, own: Badness
) -> Window | None:
    """What one server has alone, looked for among its own requests before all are gone through."""
    if any(e.solid for e in scan(bins, own, _STRICTER)):
        mine = traffic.first_server == code
        return scanned(traffic, badness, Bins.of(traffic, mine), _STRICTER)
    window = None
    if own.failed.mean() >= _STRICTER * ALL_ALONG:
        window = _all_along_on(traffic, badness, traffic.first_server == code)
    if window is None and any(e.solid for e in scan(bins, _anyhow(own))):
        window = _ill_alone(traffic, badness, traffic.first_server == code)
    return window


def _anyhow(badness: Badness) -> Badness:
    """Slow or failed as one: of an ill server each is a part of the same."""
    either = badness.slow | badness.failed
    return Badness(badness.failed, badness.misplaced, either, badness.threshold_s)


def chronic(traffic: Traffic, badness: Badness) -> str | None:
    """Tell in words what fails steadily, everywhere or for one route; None where little does."""
    failed = int(badness.unanswered.sum())
    if failed >= max(_TELLING, _MUCH * len(traffic)):
        return f"{failed} of {len(traffic)} requests were not answered, from the first to the last"
    route = _worst_route(traffic, badness)
    if route is None or route.failed < _TELLING or route.rate < _CHRONIC:
        return None
    return (
        f"{route.name} failed in {route.rate:.1%} of its requests from the first line to the last,"
        f" all others in {route.others:.1%}"
    )


@dataclass(frozen=True, slots=True)
class _Route:
    """The route with most failures, and how often all others fail."""

    name: str
    failed: int
    rate: float
    others: float
    part: float
    clients: int


def _worst_route(traffic: Traffic, badness: Badness) -> _Route | None:
    asked = np.bincount(traffic.route, minlength=len(traffic.routes))
    failed = np.bincount(traffic.route[badness.failed], minlength=len(traffic.routes))
    code = int(np.argmax(failed)) if len(failed) else 0
    if not failed.sum() or asked[code] == len(traffic):
        return None
    rate = float(failed[code] / asked[code])
    others = float((failed.sum() - failed[code]) / (len(traffic) - asked[code]))
    if others >= _SPARED * rate:
        return None
    whose = traffic.client[badness.failed & (traffic.route == code)]
    part = float(failed[code] / len(traffic))
    return _Route(
        traffic.routes[code], int(failed[code]), rate, others, part, len(np.unique(whose))
    )


def _all_along_for(traffic: Traffic, badness: Badness) -> Window | None:
    """A route that fails from first to last, for many clients, where the others don't."""
    route = _worst_route(traffic, badness)
    if route is None or route.rate < ALL_ALONG or route.failed < _FEWEST or route.part < _NOTED:
        return None
    if route.clients < min(_FEWEST, len(traffic.clients)):
        return None
    return whole(traffic, "failures", float(route.failed))


def _turned_away(traffic: Traffic, badness: Badness) -> Window | None:
    """What the balancer answers itself with 429 or 5xx, for many clients, from first to last."""
    named = traffic.named
    unserved = ~named[traffic.first_server]
    own = badness.unanswered & unserved & ((traffic.status == _TOO_MANY) | (traffic.status >= 500))
    least = max(_FEWEST, _MUCH * len(traffic))
    if unserved.mean() > _SERVED or int(own.sum()) < least:
        return None
    if len(np.unique(traffic.client[own])) < min(_FEWEST, len(traffic.clients)):
        return None
    return whole(traffic, "failures", float(own.sum()))


def _ill_alone(traffic: Traffic, badness: Badness, mine: Array) -> Window | None:
    """A server that serves hardly anything well for some seconds, while its equals do.

    One hiccup, which all that waits ends with, is shorter than twice what its requests take.
    """
    named = traffic.named
    ill = _anyhow(badness)
    window = scanned(traffic, ill, Bins.of(traffic, mine))
    if window is None or window.bad_seconds < _ILL_S:
        return None
    inside = window.inside(traffic.started)
    own, others = mine & inside, ~mine & inside & named[traffic.first_server]
    took = traffic.duration_s[own & badness.slow]
    lasted = not len(took) or window.bad_seconds > _STRICTER * float(np.nanquantile(took, 0.9))
    mostly = float(ill.slow[own].mean()) >= _MOSTLY and badness.bad[own].sum() >= _BORNE
    if not mostly or not lasted or not others.any():
        return None
    return window if ill.bad[others].mean() < _SPARED * ill.bad[own].mean() else None


def _all_along_on(traffic: Traffic, badness: Badness, mine: Array) -> Window | None:
    """A server that fails from first to last where the others, with as many requests, don't."""
    named = traffic.named
    others = badness.failed[~mine & named[traffic.first_server]]
    failed = badness.failed[mine]
    rate = float(failed.mean())
    if rate < _STRICTER * ALL_ALONG or failed.sum() < _FEWEST or len(others) < len(failed):
        return None
    if float(others.mean()) >= ALL_ALONG * rate:
        return None
    return whole(traffic, "failures", float(failed.sum()))
