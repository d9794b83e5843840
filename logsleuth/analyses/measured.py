"""What one case measures in the stretch that is held against another case, bounded in size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import coverage_fields, traffic
from logsleuth.analyses.pools import pool_masks
from logsleuth.analyses.series import moment
from logsleuth.analyses.statements import sql
from logsleuth.analyses.values import dispersion
from logsleuth.compared import Counts, Stretch
from logsleuth.stats.counts import index_of_dispersion
from logsleuth.stats.selection import phi_between_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case
    from logsleuth.model import Incident

QUANTILES: Final = (0.5, 0.95, 0.99)
# Durations that are kept of a group, evenly over its time: intervals hardly gain from more.
_KEPT: Final = 20_000
_SERVERS: Final = 64
_ROUTES: Final = 200
_BINS: Final = 60
_STEPS: Final = (1.0, 0.1, 0.01, 0.001)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Requests of one stretch: counts, quantiles of what they took, and a sample of that."""

    counts: Counts
    quantiles: Mapping[float, float]
    """Seconds; empty where no duration is known."""
    sample: Array
    """Durations in order of time: all of them, or every so many."""


@dataclass(frozen=True, slots=True, eq=False)
class PoolGroup:
    """A pool and its busiest servers, by their names."""

    whole: Group
    servers: Mapping[str, Group]
    phi: float | None
    """How the requests scatter over the servers; None for too few to tell."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One side of a comparison; its size doesn't depend on that of the evidence."""

    stretch: Stretch | None
    """None where nothing has a time."""
    whole: Group
    pools: Mapping[str, PoolGroup]
    routes: Mapping[str, Group]
    more_routes: int
    """How many routes there are beyond those."""
    harm_phi: float
    """How far failures go by clients rather than by requests; 1 is not at all."""
    rate_phi: float
    """How burstier than Poisson the requests come; 1 is not at all."""
    step_s: float | None
    """The step of the durations; None where there are none."""
    fields: Mapping[str, float]
    """The part of the requests that has each field."""


def measure(case: Case, incident: Incident | None) -> Measured:
    """Measure the incident's stretch of a case, or that of all its requests."""
    requests = traffic.read(case)
    chosen = _chosen(requests, incident)
    inside = np.arange(chosen.start, chosen.stop)
    routes, more = _routes(requests, inside)
    measured = Measured(
        stretch=_stretch(case, requests.started[chosen], incident),
        whole=_group(requests, inside),
        pools=dict(_pools(requests, chosen)),
        routes=routes,
        more_routes=more,
        harm_phi=dispersion(requests, requests.failed, chosen) if len(inside) else 1.0,
        rate_phi=_burstiness(requests.started[chosen]),
        step_s=_step(requests.duration_s[chosen]),
        fields=coverage_fields.shares(case),
    )
    # The connection stays open for the other side's questions: nothing large stays with it.
    case.prepare(sql("forget"))
    return measured


def _chosen(requests: Traffic, incident: Incident | None) -> slice:
    if incident is None or not len(requests):
        return slice(0, len(requests))
    ended = np.inf if incident.ended is None else _seconds(incident.ended)
    return requests.between(_seconds(incident.onset), ended)


def _seconds(ts: datetime) -> float:
    return (ts if ts.tzinfo else ts.replace(tzinfo=UTC)).timestamp()


def _stretch(case: Case, started: Array, incident: Incident | None) -> Stretch | None:
    """From the onset to the end; without an incident from the first request to the last."""
    since, until = _span(case, started)
    if since is None or until is None:
        return None
    if incident is not None:
        since, until = incident.onset, incident.ended or until
    seconds = max((until - since).total_seconds(), 1e-3)
    return Stretch("whole" if incident is None else "incident", since, until, seconds)


def _span(case: Case, started: Array) -> tuple[datetime | None, datetime | None]:
    if len(started):
        first, last = started[[0, -1]].tolist()
        return moment(first), moment(last)
    since, until = case.row(sql("evidence_span"))
    return since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC)


def _group(requests: Traffic, places: Array) -> Group:
    """What the requests at these places measure; places are in order of time."""
    took = requests.duration_s[places]
    known = took[~np.isnan(took)]
    found = np.quantile(known, QUANTILES).tolist() if len(known) else []
    failed, left = requests.failed[places], requests.aborted[places]
    counts = Counts(
        requests=len(places),
        failed=int(failed.sum()),
        left=int((left & ~failed).sum()),
        refused=int((requests.refused[places] & ~failed & ~left).sum()),
    )
    sample = known[:: -(-len(known) // _KEPT) or 1].copy()
    return Group(counts, dict(zip(QUANTILES, found, strict=False)), sample)


def _by(codes: Array, places: Array, names: tuple[str, ...], most: int) -> dict[str, Array]:
    """The places of each code that has a name, of the most frequent ones, in order of name."""
    order = np.argsort(codes[places], kind="stable")
    sizes = np.bincount(codes[places], minlength=len(names))
    parts = np.split(places[order], np.cumsum(sizes)[:-1]) if len(names) else []
    found = [code for code in np.flatnonzero(sizes).tolist() if names[code]]
    kept = sorted(found, key=lambda code: (-int(sizes[code]), names[code]))[:most]
    return {names[code]: parts[code] for code in sorted(kept, key=lambda code: names[code])}


def _pools(requests: Traffic, chosen: slice) -> Iterator[tuple[str, PoolGroup]]:
    named = np.array([bool(server) for server in requests.servers], dtype=bool)
    for name, mask in sorted(pool_masks(requests), key=lambda pair: pair[0]):
        places = chosen.start + np.flatnonzero((mask & named[requests.first_server])[chosen])
        if not len(places):
            continue
        who = requests.first_server
        servers = {
            server: _group(requests, mine)
            for server, mine in _by(who, places, requests.servers, _SERVERS).items()
        }
        phi = phi_between_blocks(who[places], len(requests.servers))
        yield name, PoolGroup(_group(requests, places), servers, phi)


def _routes(requests: Traffic, inside: Array) -> tuple[dict[str, Group], int]:
    kept = _by(requests.route, inside, requests.routes, _ROUTES)
    groups = {route: _group(requests, places) for route, places in kept.items()}
    present = len(np.unique(requests.route[inside]))
    return groups, max(present - len(kept) - int("" in requests.routes), 0)


def _burstiness(started: Array) -> float:
    bins = min(_BINS, len(started) // 5)
    return index_of_dispersion(np.histogram(started, bins)[0]) if bins else 1.0


def _step(took: Array) -> float | None:
    """The largest of the usual steps that all durations are whole multiples of."""
    known = took[~np.isnan(took)][:_KEPT]
    if not len(known):
        return None
    for step in _STEPS:
        parts = known / step
        if np.abs(parts - np.rint(parts)).max() < 1e-6:
            return step
    return 0.0
