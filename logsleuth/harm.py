"""The harm in the document: what holds it, what was said and done, what would have prevented it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - dataclass fields are read at run time by callers
from typing import Literal

MessageKind = Literal["novel", "more", "fewer"]
Position = Literal["before", "at", "after"]
ToldBy = Literal["rate", "traffic", "outcome"]
ExpectedFrom = Literal["configuration", "baseline", "peers"]
ChangeVerdict = Literal["guilty", "innocent", "undecided"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval and its level."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Attribution:
    """A value of a dimension beside all other requests, and how much of the harm it holds.

    The harm is the window's bad requests above the baseline's pace. Rates and shares are 0 to 1; a
    share may leave that range where other values do better than before. What only describes the
    harm (a status, a message) has neither lift nor p-value.
    """

    dimension: str
    value: str
    told_by: ToldBy
    """`rate`: it fares worse than the others. `traffic`: all fare alike, it has more requests than
    before. `outcome`: what became of the requests."""
    requests: int
    bad: int
    rate: float
    baseline_rate: float | None
    others_rate: float | None
    share_of_requests: float
    baseline_share_of_requests: float | None
    lift: float | None
    """The value's share of the excess over its share of what went well, or of the traffic before
    where that tells it."""
    excess_share: float
    """The part of the excess that it holds."""
    interval: Interval
    """Of `excess_share`."""
    p_value: float | None
    """One-sided, adjusted for all the values that were looked at."""
    leading: bool
    """Whether it belongs to the fewest values that explain two thirds of the excess."""
    rides_on: str | None = None
    """The value that it only goes with: among requests alike in that one it makes no difference."""
    same_as: tuple[str, ...] = ()
    """Values of other dimensions that the same requests have, so that none can be told from it."""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of line that is new at the incident, or that came more or less often than before."""

    role: str
    shape: str
    """What its lines have in common: numbers, texts and paths are masked."""
    level: str | None
    kind: MessageKind
    position: Position
    """Of its first line beside the onset: what came before may be a cause, after a symptom."""
    before: int
    during: int
    instances: int
    ratio: float
    """Its rate since, over that of before; infinite for what was never said."""
    interval: Interval
    p_value: float
    """Two-sided, adjusted for all the kinds of lines."""
    first: datetime
    event: str | None
    text: str
    """The first line of its first message."""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How many of a pool's bad requests would not have happened with the intended shares.

    Counts of requests. The bounds follow from the assumptions, `interval` adds the doubt of the
    sample to both.
    """

    pool: str
    expected_from: ExpectedFrom
    observed: int
    prevented_low: float
    prevented: float
    prevented_high: float
    interval: Interval
    assumptions: tuple[str, ...]
    query: str = ""


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """A release, restart, reload or drained server of the evidence, and whether it did it."""

    ts: datetime
    """When it began: its first line."""
    until: datetime
    """Its last line: a rollout goes from instance to instance."""
    kind: str
    """release, restart, stop, change, reload or drained."""
    name: str
    component: Literal["application", "balancer"]
    verdict: ChangeVerdict
    why: str
    count: int = 1
    """How many of them are judged together, where there are many."""
    would_decide: str = ""
    """For an undecided one: what evidence would decide it."""
    evidence: tuple[str, ...] = ()
    query: str = ""
