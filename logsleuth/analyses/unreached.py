"""What went badly never reached a server, and what did was served as before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.exoneration import MARGIN_PART, MARGIN_RATE, MARGIN_RATIO
from logsleuth.analyses.shown import shown
from logsleuth.model import Check, Interval
from logsleuth.stats.proportions import newcombe
from logsleuth.stats.quantiles import quantile_ratio

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

_LEAST: Final = 60
# The times of half of the requests and of all but the slowest tenth.
_QUANTILES: Final = (0.5, 0.9)


def never_reached_a_server(facts: Facts) -> Check | None:
    """Requests that the balancer turned away by itself, beside those that it passed on.

    Whoever waits behind the servers shows in what they were asked: it takes longer or fails. A
    limit that fills up because they are slow lets those before it wait, too. None where the log
    names no servers, or most of what went badly reached one.
    """
    if not facts.names_servers:
        return None
    traffic = facts.traffic
    named = traffic.named
    reached, bad = named[traffic.server] & ~np.isnan(traffic.duration_s), facts.badness.bad
    turned = facts.during & bad & ~named[traffic.server]
    before, during = facts.before & reached, facts.during & reached
    n0, n = int(before.sum()), int(during.sum())
    unreached = int(turned.sum()) / max(int((facts.during & bad).sum()), 1)
    if min(n0, n, int(turned.sum())) < _LEAST or unreached < 1.0 - MARGIN_PART:
        return None
    apart = newcombe(int(bad[during].sum()), n, int(bad[before].sum()), n0, 0.90)
    times = [
        quantile_ratio(traffic.duration_s[during], traffic.duration_s[before], q=q)
        for q in _QUANTILES
    ]
    same = all(t.interval.high <= MARGIN_RATIO for t in times) and apart.high <= MARGIN_RATE
    slowest = max(times, key=lambda t: t.interval.high)
    return Check(
        name="what reached a server went well",
        outcome="against" if same else "neutral",
        family="strata",
        explanation=(
            f"{unreached:.0%} of what went badly reached no server; the {n} requests that did took"
            f" {slowest.ratio:.2f} times as long as before, and {int(bad[during].sum())} of them"
            " went badly"
        ),
        effect=slowest.ratio,
        interval=Interval(slowest.interval.low, slowest.interval.high, 0.90),
        margin=Interval(0.0, MARGIN_RATIO, 0.90),
        query=shown("failures-by-server", facts.window),
    )
