"""The investigation document as frozen dataclasses: all that analyses give and renderers take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - dataclass fields are read at run time by callers
from typing import Final, Literal

from logsleuth.harm import Attribution as Attribution  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import ChangeVerdict as ChangeVerdict
from logsleuth.harm import Counterfactual as Counterfactual  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import ExpectedFrom as ExpectedFrom  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import Interval as Interval  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import JudgedChange as JudgedChange  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import Message as Message  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.harm import MessageKind as MessageKind
from logsleuth.harm import Position as Position
from logsleuth.harm import ToldBy as ToldBy
from logsleuth.series import Breakdown as Breakdown
from logsleuth.series import DatabaseLog as DatabaseLog
from logsleuth.series import DatabaseWords as DatabaseWords
from logsleuth.series import Facet as Facet
from logsleuth.series import Gap as Gap
from logsleuth.series import LaneBin as LaneBin
from logsleuth.series import Series as Series  # noqa: TC001 - renderers and analyses take it from here
from logsleuth.series import ShareBin as ShareBin
from logsleuth.series import StatementKind as StatementKind
from logsleuth.series import Tally as Tally
from logsleuth.series import TrafficBin as TrafficBin

Component = Literal["balancer", "application", "database", "client"]
Status = Literal["implicated", "ruled-out", "inconclusive", "no-evidence"]
Outcome = Literal["for", "against", "neutral"]
Part = Literal[
    "request", "queue", "attempt", "connect", "waited", "gap", "application", "application-queue",
    "database", "statement", "send", "mention",
]  # fmt: skip
Basis = Literal["measured", "inferred", "unknown"]

COMPONENTS: Final[tuple[Component, ...]] = ("balancer", "application", "database", "client")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the evidence; `lines` is the sum of the four counts that follow it."""

    path: str
    format: str
    role: str
    lines: int
    events: int
    continuation: int
    rejected: int
    blank: int
    sha256: str
    bytes: int
    since: datetime | None
    until: datetime | None
    zone: str | None
    """Where its zone is from: `stated` by lines, by a `header`, inferred, or `assumed UTC`."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How far a source's clock is ahead of the balancer's, after its zone was applied."""

    path: str
    offset_s: float
    low_s: float | None
    """Bounds of the offset; None where the pairs bound it on the other side only."""
    high_s: float | None
    pairs: int
    """Requests that told it; 0 where another log of the same host did."""
    drift_s: float
    """What the clock gained over the span of the pairs, 0 where they tell one offset."""
    zone_error_s: int
    """The part of the offset that is a zone stated wrongly: quarters of an hour, or 0."""
    basis: str
    corrected: bool
    """Whether the analyses subtract the offset: only where it is beyond doubt."""


@dataclass(frozen=True, slots=True)
class Incident:
    """The window in which the service was worse than its baseline; `ended` None: not over."""

    onset: datetime
    onset_earliest: datetime
    onset_latest: datetime
    ended: datetime | None
    measure: str
    """What left its baseline: `failures`, `latency` or `volume`."""
    requests: int
    failed: int
    failure_rate: float
    baseline_failure_rate: float | None
    latency_p95_s: float | None
    baseline_latency_p95_s: float | None


@dataclass(frozen=True, slots=True)
class RootCause:
    """The one answer; `component` may be `unknown`, and then there is neither fault nor target."""

    component: str
    fault: str | None
    target: str | None
    confidence: float
    summary: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the evidence on behalf of a hypothesis, and what it answered."""

    name: str
    outcome: Outcome
    explanation: str
    family: str = ""
    """What kind of reason it is: direct, timing, strata, magnitude, configuration, coverage."""
    fault: str | None = None
    statistic: float | None = None
    p_value: float | None = None
    effect: float | None = None
    interval: Interval | None = None
    margin: Interval | None = None
    """The zone of equivalence that the interval is held against, where there is one."""
    query: str = ""
    """SQL that anyone can run on the case to see the same figures."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultStanding:
    """How one fault of a component stands: the score is a sum of capped log-likelihood ratios."""

    fault: str
    target: str | None
    score: float
    summary: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the evidence says of one component, with every check that was made."""

    component: Component
    status: Status
    confidence: float
    summary: str
    checks: tuple[Check, ...]
    faults: tuple[FaultStanding, ...] = ()
    would_decide: tuple[str, ...] = ()
    """For an inconclusive one: what evidence would decide it."""


@dataclass(frozen=True, slots=True)
class ServerShare:
    """One server's part of a pool's requests in the window, beside what was meant for it."""

    server: str
    requests: int
    expected_share: float | None
    observed_share: float
    configured_share: float | None
    baseline_share: float | None
    failure_rate: float | None
    latency_p95_s: float | None
    eligible_share: float | None = None
    """What the configuration gives it among the servers that were in rotation at each moment."""


@dataclass(frozen=True, slots=True)
class SelectionSeen:
    """Which algorithm the requests show; without an incident, of the two halves of the evidence.

    Names are those of `Pool.algorithm`, or `client-affinity`, `uri-affinity`, `single`; None is
    unknown. `as_configured` is None where the evidence doesn't tell.
    """

    before: str | None
    during: str | None
    because: str
    as_configured: bool | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool's shares: intended, configured and observed kept apart."""

    pool: str
    skewed: bool
    since: datetime
    until: datetime
    expected_from: ExpectedFrom
    p_value: float | None
    effect: float
    """Total variation: the fraction of requests that went to another server than intended."""
    servers: tuple[ServerShare, ...]
    algorithm: str | None = None
    """As configured."""
    selection: SelectionSeen | None = None
    disagrees: tuple[str, ...] = ()
    """From which of `configuration`, `baseline` and `peers` the observed shares depart."""
    configuration_line: str | None = None
    """Where the configuration asks for these shares, and not for those before: nginx.conf:41."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline."""

    ts: datetime
    kind: str
    component: str
    title: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedEvent:
    """A line of the evidence that some claim rests on."""

    event_id: str
    path: str
    line: int
    ts: datetime | None
    text: str
    before: tuple[str, ...] = ()
    """The lines that stand around it in its file, where that is still there."""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one request; what isn't known of it is None, never 0."""

    part: Part
    label: str
    start_s: float | None
    """After the request's start."""
    took_s: float | None
    basis: Basis
    depth: int
    """0 the request, 1 what the balancer did, 2 inside an attempt, and so on."""
    event: str | None = None
    confidence: float | None = None
    """That the line is this request's, where that isn't certain."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One request through all layers, in order."""

    why: str
    """What it is an example of; empty when somebody asked for it."""
    event: str
    started: datetime
    method: str | None
    path: str | None
    status: int | None
    server: str | None
    request_id: str | None
    duration_s: float | None
    failed: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class TimePart:
    """How long a part of a server's requests took, before and in the window."""

    part: str
    """queue, connect, waited, gap, application, application_queue, database or send."""
    before_median_s: float | None
    before_p95_s: float | None
    during_median_s: float | None
    during_p95_s: float | None


@dataclass(frozen=True, slots=True)
class ServerTime:
    """One server, or all where it has no name, and the shares that have an application line."""

    server: str | None
    instances: tuple[str, ...]
    parts: tuple[TimePart, ...]
    before_matched: float | None
    during_matched: float | None


@dataclass(frozen=True, slots=True)
class WhereTime:
    """Where the time went, before and in the window; the SQL shows each layer's own account."""

    servers: tuple[ServerTime, ...]
    query: str


@dataclass(frozen=True, slots=True)
class RunbookNote:
    """What a text of a runbook is about (whose log, which other fault), and the text."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """What to do and why, and what to type or to configure for it, which may be nothing."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """What the next on-call engineer has to know of a fault; words between backticks are code."""

    fault: str
    component: Component
    title: str
    what: str
    shows: tuple[RunbookNote, ...]
    """How it shows, layer by layer, in the words that the servers write."""
    lookalikes: tuple[RunbookNote, ...]
    """Faults that look like it, and what tells them apart."""
    confirm: tuple[RunbookStep, ...]
    resolve: tuple[RunbookStep, ...]
    """What helps now, the safest first."""
    prevent: tuple[RunbookStep, ...]


@dataclass(frozen=True, slots=True)
class Investigation:
    """The whole story of a case; renderers see this and nothing else."""

    sources: tuple[Source, ...]
    incident: Incident | None
    root_cause: RootCause | None
    hypotheses: tuple[Hypothesis, ...]
    pools: tuple[Pool, ...]
    timeline: tuple[Moment, ...]
    warnings: tuple[str, ...]
    series: Series
    cited: tuple[CitedEvent, ...]
    version: str
    runbook: Runbook | None = None
    """That of the root cause's fault, where there is one."""
    clocks: tuple[Clock, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    messages: tuple[Message, ...] = ()
    """The most telling first."""
    counterfactual: Counterfactual | None = None
    """None where the shares are not at fault, or the intended ones aren't known."""
    where_time: WhereTime | None = None
    waterfalls: tuple[Waterfall, ...] = ()
    changes: tuple[JudgedChange, ...] = ()
    """In order of time; far from the onset, many are judged as one."""

    def total(self, count: str) -> int:
        """Sum one of the counts `lines events continuation rejected blank` over the sources."""
        return sum(int(getattr(source, count)) for source in self.sources)
