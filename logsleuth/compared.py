"""Two cases side by side as frozen dataclasses: what is alike, what differs, what isn't known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - dataclass fields are read at run time by callers
from typing import Literal

from logsleuth.harm import Interval  # noqa: TC001 - dataclass fields are read at run time by callers
from logsleuth.model import Investigation  # noqa: TC001 - as above

Standing = Literal["higher", "lower", "alike", "undecided"]
Scale = Literal["ratio", "difference"]
Kind = Literal["all", "pool", "server", "route"]
SaidKind = Literal["new", "gone", "more", "fewer"]
StretchOf = Literal["incident", "whole"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a case that is held against the other: its incident, or all of its requests."""

    of: StretchOf
    since: datetime
    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two cases: its verdict, and the stretch that was measured."""

    name: str
    """As it was named on the command line."""
    found: Investigation
    stretch: Stretch | None
    """None where there are no requests."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of one stretch by what became of them.

    Failed means the same on both sides: a status of 500 or above, or no answer.
    """

    requests: int
    failed: int
    left: int
    """Clients that left before the answer."""
    refused: int
    """Answers of 400 to 499."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure on both sides, `case` held against `base`.

    `value` is the difference (case − base) or the ratio (case / base), by `scale`. `standing` is
    `alike` only where the whole interval lies within the zone of equivalence, and `undecided` where
    the interval says neither that nor that one is higher. None is unknown, or not comparable.
    """

    name: str
    scale: Scale
    base: float | None
    case: float | None
    value: float | None = None
    interval: Interval | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures they are: all requests, a pool's, a server's or a route's."""

    kind: Kind
    pool: str | None
    name: str
    base: Counts | None
    """None where the case has no such subject."""
    case: Counts | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class SharePair:
    """One server's part of a pool on both sides; None where the side doesn't have the server."""

    server: str
    observed: Measure
    base_intended: float | None
    case_intended: float | None
    base_configured: float | None
    case_configured: float | None


@dataclass(frozen=True, slots=True)
class PoolPair:
    """A pool's shares on both sides, and how far they are from each other."""

    pool: str
    base_pool: str
    """Its name in the base, where its servers tell that it is the same."""
    moved: float
    """Total variation: the part of the requests that went elsewhere than in the base."""
    p_value: float
    base_algorithm: str | None
    case_algorithm: str | None
    """As configured."""
    base_seen: str | None
    case_seen: str | None
    """As the requests show it."""
    servers: tuple[SharePair, ...]


@dataclass(frozen=True, slots=True)
class Directive:
    """What one configuration says otherwise than the other; None where it says nothing."""

    kind: str
    """server, algorithm, route, timeout or limit."""
    scope: str
    name: str
    base: str | None
    case: str | None
    base_where: str | None
    """File and line: nginx.conf:41."""
    case_where: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A kind of message that only one side has, or that comes at another rate.

    Rates are per request for balancers and applications, per second for the others.
    """

    role: str
    shape: str
    level: str | None
    kind: SaidKind
    base: int
    case: int
    ratio: float
    """Its rate in the case over that in the base; infinite for what is new."""
    interval: Interval
    p_value: float
    """Two-sided, adjusted for all kinds of messages that were compared."""
    event: str | None
    """The first of its lines, in the case unless it is gone."""


@dataclass(frozen=True, slots=True)
class Standings:
    """How a component stands on both sides."""

    component: str
    base_status: str
    base_confidence: float
    base_summary: str
    case_status: str
    case_confidence: float
    case_summary: str


@dataclass(frozen=True, slots=True)
class Quality:
    """A fact about the evidence on both sides; None is unknown, or there is no such log."""

    name: str
    base: float | str | None
    case: float | str | None


@dataclass(frozen=True, slots=True)
class Caveat:
    """What can't be compared, or only with care, and why."""

    subject: str
    why: str
    prevents: bool
    """Whether the comparison wasn't made for it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cases side by side; renderers see this and nothing else."""

    base: Side
    case: Side
    caveats: tuple[Caveat, ...]
    """What prevents a comparison first."""
    quality: tuple[Quality, ...]
    subjects: tuple[Subject, ...]
    """All requests first, then pools, servers and routes, those that differ most first."""
    pools: tuple[PoolPair, ...]
    directives: tuple[Directive, ...]
    said: tuple[Said, ...]
    """The most telling first."""
    standings: tuple[Standings, ...]
    version: str
    unsaid: int = 0
    """Kinds of messages that there are more of than are compared: the rarest."""
