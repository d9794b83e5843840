"""A server that is slower than its equals from the first line to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic

_ENOUGH: Final = 30
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
    named = np.array([bool(name) for name in traffic.servers], dtype=bool)
    usable = ~np.isnan(traffic.duration_s) & named[traffic.first_server] & (traffic.status < 400)
    worst: tuple[float, str] | None = None
    for code in np.flatnonzero(np.bincount(traffic.first_server[usable])).tolist():
        times = _times(traffic, usable, code)
        if times is not None and (worst is None or times > worst[0]):
            worst = times, traffic.servers[code]
    if worst is None:
        return None
    return (
        f"{worst[1]} took {worst[0]:.1f} times as long as its equals for the same routes (median),"
        " from the first line to the last"
    )


def _times(traffic: Traffic, usable: Array, code: int) -> float | None:
    """How many times as long as the others of its pools a server took; None where not surely."""
    mine = usable & (traffic.first_server == code)
    others = usable & ~mine & np.isin(traffic.pool, np.unique(traffic.pool[mine]))
    if min(int(mine.sum()), int(others.sum())) < _ENOUGH:
        return None
    # Who is known to be slower is given less.
    if mine.sum() < others.sum() / (np.count_nonzero(np.bincount(traffic.first_server[others]))):
        return None
    usual = _medians(traffic.route[others], traffic.duration_s[others], len(traffic.routes))
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


def _medians(route: Array, duration_s: Array, count: int) -> Array:
    medians: Array = np.full(count, np.nan)
    order = np.argsort(route, kind="stable")
    bounds = np.searchsorted(route[order], np.arange(count + 1))
    for code in np.flatnonzero(np.diff(bounds)).tolist():
        medians[code] = np.median(duration_s[order][bounds[code] : bounds[code + 1]])
    return medians
