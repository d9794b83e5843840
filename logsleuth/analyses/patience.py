"""How long the balancer lets requests wait for a server, and how long they waited before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

_FEW: Final = 10
# A timer fires within milliseconds of its setting.
_SPREAD_S: Final = 0.005
_SPREAD: Final = 0.1
_PILED: Final = 0.6


@dataclass(frozen=True, slots=True)
class Patience:
    """Requests that were turned away from a queue, all after one time."""

    limit_s: float
    piled: float
    """The part of them that waited just that long."""
    turned: Array
    """Their flags."""
    rate: float
    """How many of the window's requests they are."""
    longer_before: float
    """How many of the requests before the onset waited longer in the queue and were served."""


def in_queue(facts: Facts) -> Patience | None:
    """The time after which the balancer gives up on requests in its queue; None without any."""
    traffic = facts.traffic
    turned = facts.during & traffic.turned_away & ~np.isnan(traffic.queue_s)
    before = facts.before & ~np.isnan(traffic.queue_s)
    if turned.sum() < _FEW or before.sum() < 2 * _FEW:
        return None
    waited = traffic.queue_s[turned]
    limit = float(np.median(waited))
    near = _SPREAD_S + _SPREAD * limit
    piled = float((np.abs(waited - limit) <= near).mean())
    if piled < _PILED:
        return None
    longer = before & (traffic.queue_s > limit + near) & ~facts.badness.failed
    return Patience(
        limit, piled, turned, float(turned.sum() / max(facts.during.sum(), 1)),
        float(longer.sum() / before.sum()),
    )  # fmt: skip
