"""Without a time before it: the one route that takes far longer than what waits beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.own_time import handled, worth_a_line_s
from logsleuth.stats.own_time import beside_others

if TYPE_CHECKING:
    from logsleuth.analyses.database import Statement
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

# What a request takes by itself that nobody would wait for gladly, and no other route comes near.
_LONG_S: Final = 0.5
_TIMES: Final = 3.0
# Its part of what all routes take beyond the least of them.
_SHARE: Final = 0.75
# Of the instances with enough of its requests, those where half of it shows.
_PLACES: Final = 0.75
_ENOUGH: Final = 20
# A log of slow statements has a part of them only.
_CALLED: Final = 0.2
_CITED: Final = 3


@dataclass(frozen=True, slots=True)
class Heaviest:
    """A route, and what it takes longer than others beside it; seconds."""

    route: str
    longer_s: float
    next_s: float
    """Of the route that comes next."""
    share: float
    """Of what all routes take by themselves, 0 to 1."""
    requests: int
    database_s: float | None
    """What it waits for the database, by the applications' account; None if they don't tell."""
    events: tuple[str, ...]


def heaviest(facts: Facts) -> Heaviest | None:
    """Find it by the applications' own times; None where there is a baseline, or no such route.

    A service that one route fills is slow for all: each waits for the same workers. It can't have
    served it so all the time, for then it would never have been well.
    """
    if not facts.blind or not facts.instances:
        return None
    lines = handled(facts.case, facts.window, by_balancer=False)
    lines = {name: column[facts.window.inside(lines["began"])] for name, column in lines.items()}
    routes, kind = np.unique(lines["route"].astype(str), return_inverse=True)
    if len(routes) < 3:
        return None
    own = beside_others(lines["place"], kind, lines["began"], lines["duration_s"], len(routes))
    count = np.bincount(kind, minlength=len(routes))
    known = np.where(np.isnan(own), -np.inf, own)
    first = int(np.argmax(np.maximum(known, 0.0) * count))
    rest = np.delete(np.maximum(np.nan_to_num(own), 0.0), first)
    work = float(known[first] * count[first])
    share = work / max(work + float((rest * np.delete(count, first)).sum()), 1e-9)
    following = float(rest.max(initial=0.0))
    if known[first] < max(_LONG_S, _TIMES * following) or count[first] < _ENOUGH or share < _SHARE:
        return None
    mine = kind == first
    if not _everywhere(lines, mine, float(known[first])):
        return None
    cited = lines["event_id"][np.flatnonzero(mine & (lines["duration_s"] >= known[first]))]
    return Heaviest(
        str(routes[first]), float(known[first]), following, share, int(count[first]),
        _median(lines["database_s"][mine]), tuple(cited[:_CITED].tolist()),
    )  # fmt: skip


def heaviest_waits(facts: Facts, heavy: Heaviest) -> float | None:
    """How much of what it takes longer is the database's, 0 to 1 or more; None if nobody tells.

    By the applications' account, or by the statements that came as often as it was asked for.
    """
    if heavy.database_s is not None:
        return heavy.database_s / heavy.longer_s
    if not facts.database.timed or facts.silence("database") is not None:
        return None
    busy = sum(s.busy_during_s for s in asked_as_often(facts, heavy))
    part = busy / (heavy.longer_s * heavy.requests)
    return part if part > _CALLED or worth_a_line_s(facts) <= heavy.longer_s else None


def asked_as_often(facts: Facts, heavy: Heaviest) -> list[Statement]:
    """Statements that came as often as it was asked for, not a job's few long ones."""
    least = _CALLED * heavy.requests
    return [s for s in facts.database.statements if s.calls_during >= least]


def _everywhere(lines: dict[str, Array], mine: Array, longer: float) -> bool:
    """Whether it takes half as much longer than the others on nearly every instance."""
    shows = []
    for place in np.unique(lines["place"][mine]):
        here = lines["place"] == place
        its, others = (lines["duration_s"][here & side] for side in (mine, ~mine))
        if min(len(its), len(others)) >= _ENOUGH / 2:
            shows.append(float(np.median(its) - np.median(others)) >= longer / 2)
    return bool(shows) and float(np.mean(shows)) >= _PLACES


def _median(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) >= _ENOUGH else None
