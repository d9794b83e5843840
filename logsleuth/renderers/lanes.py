"""Where things stand in the figures: lanes, bars and lines, worked out without plotly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from logsleuth.model import COMPONENTS
from logsleuth.renderers.noted import PEOPLE
from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.model import Investigation, LaneBin, Moment, Pool, Series, ShareBin

    Points = list[tuple[datetime, float | None]]

CHANGES: Final = "changes"
LANES: Final = ("client", "balancer", "application", "database", CHANGES, PEOPLE)
_CHANGE_KINDS: Final = frozenset({"change", "changes", "configuration", "deploy", "reload"})
_FILLED: Final = 0.76
_SHIFTS: Final = (0.0, -0.38, 0.38)
_CROWDED: Final = 0.018
_NEAR_EQUAL: Final = 0.015
_FEW: Final = 0.25
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bar:
    """A count in one lane; a lane's axis grows downwards, so heights are negative."""

    ts: datetime
    base: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the timeline at its place among the lanes, with its number in the list."""

    moment: Moment
    number: int
    height: float
    lane: str


def lane_of(component: str, kind: str = "") -> str:
    """Return the lane of a component; a change has a lane of its own, whoever wrote it down."""
    if component == PEOPLE:
        return PEOPLE
    known = component in COMPONENTS and kind not in _CHANGE_KINDS
    return component if known else CHANGES


def shown(investigation: Investigation) -> tuple[str, ...]:
    """Return the lanes that there are; that of people only where they noted something."""
    noted = any(moment.component == PEOPLE for moment in investigation.timeline)
    return LANES if noted else LANES[:-1]


def kinds(series: Series) -> list[str]:
    """Return the kinds of events that the lanes hold, in a fixed order."""
    return sorted({bin_.kind for bin_ in series.lanes})


def first_lane(series: Series, kind: str) -> str:
    """Return the topmost lane that has events of a kind: the one that names it in the legend."""
    found = {lane_of(bin_.component) for bin_ in series.lanes if bin_.kind == kind}
    return min(found, key=LANES.index)


def bars(series: Series) -> dict[tuple[str, str], list[Bar]]:
    """Return the bars of each kind of event and lane, scaled to the fullest bin of the two."""
    groups: dict[tuple[str, str], list[LaneBin]] = {}
    for bin_ in series.lanes:
        groups.setdefault((bin_.kind, lane_of(bin_.component)), []).append(bin_)
    return {group: _bars_of(groups[group], group[1]) for group in sorted(groups)}


def _bars_of(bins: list[LaneBin], lane: str) -> list[Bar]:
    base = round(LANES.index(lane) + _FILLED / 2, 4)
    fullest = max(1, *(bin_.count for bin_ in bins))
    return [
        Bar(bin_.ts, base, round(-_FILLED * bin_.count / fullest, 4), bin_.count) for bin_ in bins
    ]


def counts(series: Series) -> dict[datetime, list[str]]:
    """Return what to say of each bin of the lanes; silent bins are there too, with nothing."""
    said: dict[datetime, list[str]] = {utc(bin_.ts): [] for bin_ in series.traffic}
    for bin_ in sorted(series.lanes, key=lambda b: (LANES.index(lane_of(b.component)), b.kind)):
        words = f"{lane_of(bin_.component)} {bin_.kind}: {bin_.count:,}"
        said.setdefault(utc(bin_.ts), []).append(words)
    return dict(sorted(said.items()))


def marks(investigation: Investigation) -> list[Mark]:
    """Return the moments at their places; those close together in a lane step aside."""
    near = _crowding(investigation)
    placed: dict[str, list[datetime]] = {lane: [] for lane in LANES}
    found = []
    for number, moment in enumerate(investigation.timeline, 1):
        lane, ts = lane_of(moment.component, moment.kind), utc(moment.ts)
        neighbours = sum(abs(ts - other) < near for other in placed[lane])
        placed[lane].append(ts)
        height = LANES.index(lane) + _SHIFTS[neighbours % len(_SHIFTS)]
        found.append(Mark(moment, number, height, lane))
    return found


def _crowding(investigation: Investigation) -> timedelta:
    first, last = reach(investigation)
    return (last - first) * _CROWDED


def fraction(investigation: Investigation, ts: datetime) -> float:
    """Return how far along the time axis a moment is, from 0 to 1."""
    first, last = reach(investigation)
    return (utc(ts) - first) / (last - first) if last > first else 0.5


def reach(investigation: Investigation) -> tuple[datetime, datetime]:
    """Return where the time axis of every figure begins and ends."""
    series, incident = investigation.series, investigation.incident
    traffic = [utc(bin_.ts) for bin_ in series.traffic]
    shares = [utc(bin_.ts) for bin_ in series.shares]
    bins = [*traffic, *shares, *(utc(bin_.ts) for bin_ in series.lanes)]
    stamps = [utc(moment.ts) for moment in investigation.timeline]
    stamps += (
        [] if incident is None else [utc(incident.onset), utc(incident.ended or incident.onset)]
    )
    stamps += [*bins, *(ts + timedelta(seconds=series.bin_s) for ts in bins)]
    return (min(stamps), max(stamps)) if stamps else (_NEVER, _NEVER)


def observed_shares(series: Series, pool: str) -> dict[str, Points]:
    """Return each server's share of the pool's requests by bin; a silent bin is a gap."""
    bins = sorted((b for b in series.shares if b.pool == pool), key=lambda b: (b.ts, b.server))
    busiest: dict[str, int] = {}
    for bin_ in bins:
        busiest[bin_.server] = busiest.get(bin_.server, 0) + bin_.requests
    servers = sorted(busiest, key=lambda server: (-busiest[server], server))
    lines: dict[str, Points] = {server: [] for server in servers}
    groups = [(ts, {b.server: b.requests for b in one}) for ts, one in groupby(bins, _when)]
    totals = [sum(got.values()) for _, got in groups]
    enough = _FEW * median(totals or [0])
    for place, (ts, got) in enumerate(groups):
        total, at_the_edge = totals[place], place in {0, len(groups) - 1}
        # Where a log begins or ends a bin may hold a few requests, whose shares are chance.
        told = total > 0 and not (at_the_edge and total < enough)
        for server, points in lines.items():
            points.append((ts, round(got.get(server, 0) / total, 5) if told else None))
    return lines


def _when(bin_: ShareBin) -> datetime:
    return bin_.ts


def well_covered(investigation: Investigation, stamps: Sequence[datetime]) -> list[bool]:
    """Say of each bin whether the balancer's logs cover half of it, as its rate should be of it.

    The first and the last may hold a second of traffic: that would look as if it had broken off.
    """
    logs = [source for source in investigation.sources if source.role == "balancer"]
    since = min((utc(log.since) for log in logs if log.since is not None), default=None)
    until = max((utc(log.until) for log in logs if log.until is not None), default=None)
    if since is None or until is None or len(stamps) < 3:
        return [True] * len(stamps)
    width = min(after - ts for ts, after in pairwise(map(utc, stamps)))
    begins = [utc(ts) for ts in stamps]
    return [min(ts + width, until) - max(ts, since) >= width / 2 for ts in begins]


def intended(pool: Pool) -> list[tuple[float, list[str]]]:
    """Return the intended shares with their servers: near equals are one dashed line, not four."""
    known = [(s.expected_share, s.server) for s in pool.servers if s.expected_share is not None]
    groups: list[list[tuple[float, str]]] = []
    for share, server in sorted(known):
        if groups and share - groups[-1][0][0] < _NEAR_EQUAL:
            groups[-1].append((share, server))
        else:
            groups.append([(share, server)])
    return [(fmean(share for share, _ in group), [name for _, name in group]) for group in groups]
