"""A server that is slower than its equals from the first line to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.stats.medians import grouped_medians

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

_ENOUGH: Final = 30
# Of the slowest the first may be slower by intention, and so may some more.
_LOOKED_AT: Final = 5
# Half as long again, and so much that people see it.
_TIMES: Final = 1.5
_SEEN_S: Final = 0.1
# Standard deviations of a fair coin: what is one in three million isn't chance.
_SURELY: Final = 5.0


def slower(traffic: Traffic) -> str | None:
    """Tell in words which server takes longest for what its equals answer sooner; None: no one.

    Servers may be unequal by intention, and are given less then; but where one has its full part,
    and there is no time in which it hadn't, nobody can be cleared by calm.
    """
    named = traffic.named
    usable = ~np.isnan(traffic.duration_s) & named[traffic.first_server] & (traffic.status < 400)
    worst: tuple[float, str] | None = None
    for code in _slowest(traffic, usable):
        times = _times(traffic, usable, code)
        if times is not None and (worst is None or times > worst[0]):
            worst = times, traffic.servers[code]
    if worst is None:
        return None
    return (
        f"{worst[1]} took {worst[0]:.1f} times as long as its equals for the same routes (median),"
        " from the first line to the last"
    )


def _slowest(traffic: Traffic, usable: Array) -> list[int]:
    """The few servers that take longest, held against everybody: their equals are asked next."""
    server, route = traffic.first_server[usable], traffic.route[usable]
    took = traffic.duration_s[usable]
    usual = np.maximum(grouped_medians(took, route, len(traffic.routes)), 1e-3)
    longer = grouped_medians(took / usual[route], server, len(traffic.servers))
    enough = np.flatnonzero(np.bincount(server, minlength=len(traffic.servers)) >= _ENOUGH)
    order = enough[np.argsort(-longer[enough], kind="stable")]
    return [int(code) for code in order[:_LOOKED_AT]]


def _times(traffic: Traffic, usable: Array, code: int) -> float | None:
    """How many times as long as the others of its pools a server took; None where not surely."""
    mine = usable & (traffic.first_server == code)
    others = usable & ~mine & np.isin(traffic.pool, np.unique(traffic.pool[mine]))
    if min(int(mine.sum()), int(others.sum())) < _ENOUGH:
        return None
    # Who is known to be slower is given less.
    if mine.sum() < others.sum() / (np.count_nonzero(np.bincount(traffic.first_server[others]))):
        return None
    usual = grouped_medians(traffic.duration_s[others], traffic.route[others], len(traffic.routes))
    expected = usual[traffic.route[mine]]
    known = ~np.isnan(expected)
    took, expected = traffic.duration_s[mine][known], expected[known]
    if len(took) < _ENOUGH:
        return None
    longer, count = int((took > expected).sum()), len(took)
    times = float(np.median(took) / max(float(np.median(expected)), 1e-3))
    surely = longer - count / 2 >= _SURELY * np.sqrt(count) / 2
    seen = float(np.median(took) - np.median(expected)) >= _SEEN_S
    return times if surely and seen and times >= _TIMES else None
