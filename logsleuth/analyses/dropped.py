"""Incidents that no access log shows: connections dropped before there was a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.incident import Period, Window
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

# As many as of failures in an access log, and as large a part of the requests beside them.
_LEAST: Final = 12
_PART: Final = 0.01
# Drops that are this far apart, in seconds or as a part of the evidence, are two incidents.
_APART_S: Final = 10.0
_APART: Final = 0.06


def find(case: Case, traffic: Traffic) -> Window | None:
    """The longest run of dropped connections that the balancer's error log tells of."""
    told = np.array([row[0] for row in case.rows(sql("dropped"))])
    if len(told) < _LEAST or len(traffic) < _LEAST:
        return None
    run = _longest(told, max(_APART_S, _APART * (traffic.until - traffic.since)))
    onset, last = float(run[0]), float(run[-1])
    beside = int(((traffic.started >= onset) & (traffic.started <= last)).sum())
    if len(run) < max(_LEAST, _PART * beside):
        return None
    over = traffic.until - last > _APART_S
    return Window(
        measure="failures",
        measures=frozenset({"failures"}),
        onset=onset,
        earliest=onset,
        latest=onset + 1.0,  # error logs have whole seconds
        ended=last + 1.0 if over else None,
        llr=float(len(run)),
        until=traffic.until + 1e-3,
        baseline=Period(traffic.since, onset),
    )


def _longest(told: Array, apart: float) -> Array:
    """The run with most lines, where a longer silence parts two."""
    runs = np.split(told, np.flatnonzero(np.diff(told) > apart) + 1)
    return max(runs, key=len)
