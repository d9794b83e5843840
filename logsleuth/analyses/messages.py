"""What the components began to say at the onset, or say more or less often than before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.series import moment
from logsleuth.analyses.shown import moment as written
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Interval, Message, Moment
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case
    from logsleuth.model import MessageKind, Position

# What is said so long before the onset may be its cause, and is no part of the baseline.
_LEAD_S: Final = 30.0
_LEAD: Final = 0.10
_LIKELY: Final = 0.01
_LEAST: Final = 3
# A change of rate is worth a line from here on, at the near end of its interval.
_CHANGED: Final = 1.5
_SEVERITY: Final = {"fatal": 2.0, "error": 1.5, "warning": 1.0, "info": 0.5, "debug": 0.25}
_POSITION: Final[dict[Position, float]] = {"before": 1.5, "at": 1.25, "after": 1.0}
_MOST: Final = 30
_MOST_MOMENTS: Final = 5
# A novelty's ratio has no upper bound, and a huge one is no more telling than this.
_ENOUGH: Final = 1e6
# A role, and how often a kind of its lines was said before and since.
_Counts = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Shape:
    role: str
    shape: str
    level: str | None
    before: int
    during: int
    instances: int
    first: float | None
    step_s: float
    """How exactly its source stamps: the line may be so much later than it shows."""
    source: int | None
    line: int | None

    @property
    def counts(self) -> _Counts:
        return self.role, self.before, self.during


@dataclass(frozen=True, slots=True)
class _Told:
    shape: _Shape
    kind: MessageKind
    position: Position
    first: datetime
    change: _Change

    @property
    def order(self) -> tuple[float, datetime, str, str]:
        return -self.score, self.first, self.shape.role, self.shape.shape

    @property
    def score(self) -> float:
        """How telling: the sure part of the change, by severity, more so the earlier it came."""
        interval = self.change.interval
        fewer = self.kind == "fewer"
        sure = 1 / max(interval.high, 1 / _ENOUGH) if fewer else min(interval.low, _ENOUGH)
        severity = _SEVERITY.get(self.shape.level or "warning", 1.0)
        return max(math.log(max(sure, 1e-9)), 0.1) * severity * _POSITION[self.position]


@dataclass(frozen=True, slots=True)
class _Change:
    """How much oftener a kind is said than before, with the p-value adjusted for all kinds."""

    ratio: float
    interval: Interval
    p_value: float

    def kind(self, before: int, during: int) -> MessageKind | None:
        """What the counts alone make of it."""
        if self.p_value > _LIKELY:
            return None
        if before == 0:
            return "novel" if during >= _LEAST else None
        if self.interval.low >= _CHANGED:
            return "more"
        return "fewer" if self.interval.high <= 1 / _CHANGED else None


def examine(facts: Facts) -> tuple[Message, ...]:
    """Compare each kind of line with its past: new ones and changed ones, the most telling first.

    Lines are counted by requests for balancer and application, whose lines come with them, and by
    time for the others; given both counts the later one is binomial, so that also what was never
    said before has a ratio with a lower bound. Roles without a past are left out: all that they say
    would be new.
    """
    begin = facts.window.onset - min(_LEAD_S, _LEAD * facts.seconds_before)
    facts.case.prepare(sql("shapes"), {"begin": begin, "stop": facts.window.stop})
    changes = _changes(facts, begin)
    shapes = [shape for shape in _shapes(facts, changes) if shape.counts in changes]
    told = sorted(_judged(shapes, changes, facts.window), key=lambda one: one.order)[:_MOST]
    lines = _lines(facts.case, [one.shape for one in told])
    return tuple(_message(facts.window, one, lines, begin) for one in told)


def moments(messages: Sequence[Message], told: Sequence[Moment]) -> Iterator[Moment]:
    """The most telling new kinds of lines as moments, unless the timeline cites them already."""
    cited = {event for one in told for event in one.evidence}
    new = [(m, m.event) for m in messages if m.kind == "novel" and m.event and m.event not in cited]
    for message, event in new[:_MOST_MOMENTS]:
        component = message.role if message.role in ("balancer", "database") else "application"
        title = f"first of {message.during} lines of a new kind: {message.text}"
        yield Moment(message.first, "message", component, title[:200], (event,))


def _changes(facts: Facts, begin: float) -> Mapping[_Counts, _Change]:
    """The change by role and counts, which many kinds share where words aren't templates."""
    known = {role for role, since in facts.case.rows(sql("role_spans")) if since < begin}
    rows = [row for row in facts.case.rows(sql("shape_counts")) if row[0] in known]
    exposed = {role: _exposure(facts, role, begin) for role in known}
    ratios = [
        poisson_ratio(during, exposed[role][1], before, exposed[role][0])
        for role, before, during, _ in rows
    ]
    kinds = np.array([row[3] for row in rows], dtype=np.int64)
    tested = np.repeat([ratio.p_value for ratio in ratios], kinds)
    # Equal p-values are adjusted alike: the first of each counts speaks for all.
    adjusted = benjamini_hochberg(tested)[np.cumsum(kinds) - kinds].tolist()
    return {
        (role, before, during): _Change(r.ratio, Interval(r.interval.low, r.interval.high), p_value)
        for (role, before, during, _), r, p_value in zip(rows, ratios, adjusted, strict=True)
    }


def _shapes(facts: Facts, changes: Mapping[_Counts, _Change]) -> list[_Shape]:
    told = [counts for counts, change in changes.items() if change.kind(*counts[1:])]
    values = {
        "roles": [role for role, _, _ in told],
        "before": [before for _, before, _ in told],
        "during": [during for _, _, during in told],
        "near": _near(facts.window),
    }
    return [_Shape(*row) for row in facts.case.rows(sql("shape_rows"), values)]


def _near(window: Window) -> float:
    """Until when a single grave line may have to do with the onset."""
    return window.latest + _LEAD_S


def _judged(
    shapes: Iterable[_Shape], changes: Mapping[_Counts, _Change], window: Window
) -> Iterator[_Told]:
    for shape in shapes:
        change = changes[shape.counts]
        kind = change.kind(shape.before, shape.during) or "novel"
        first = window.onset if shape.first is None else shape.first
        position = _position(first, shape.step_s, window)
        yield _Told(shape, kind, position, moment(first), change)


def _lines(case: Case, shapes: Sequence[_Shape]) -> Mapping[tuple[int, int], tuple[str, str]]:
    """The event and the words of the first line of each, by source and line."""
    found = [shape for shape in shapes if shape.source is not None]
    values = {"sources": [s.source for s in found], "lines": [s.line for s in found]}
    rows = case.rows(sql("first_lines"), values) if found else []
    return {(source, line): (event, text) for source, line, event, text in rows}


def _exposure(facts: Facts, role: str, begin: float) -> tuple[float, float]:
    """How much could have been said about before and since: requests, or seconds."""
    traffic = facts.traffic
    if role in ("balancer", "application"):
        before = len(traffic.started[traffic.between(-math.inf, begin)])
        after = len(traffic.started[traffic.between(begin, facts.window.stop)])
        return max(float(before), 1.0), max(float(after), 1.0)
    return max(begin - traffic.since, 1.0), max(facts.window.stop - begin, 1.0)


def _message(
    window: Window, told: _Told, lines: Mapping[tuple[int, int], tuple[str, str]], begin: float
) -> Message:
    shape, change = told.shape, told.change
    event, text = None, None
    if shape.source is not None and shape.line is not None:
        event, text = lines[shape.source, shape.line]
    return Message(
        role=shape.role,
        shape=shape.shape,
        level=shape.level,
        kind=told.kind,
        position=told.position,
        before=shape.before,
        during=shape.during,
        instances=shape.instances,
        ratio=change.ratio,
        interval=change.interval,
        p_value=change.p_value,
        first=told.first,
        event=event,
        text=text or shape.shape,
        query=_query(window, shape.role, told.kind, begin),
    )


def _position(first: float, step_s: float, window: Window) -> Position:
    if first + step_s < window.earliest:
        return "before"
    return "at" if first <= window.latest else "after"


def _query(window: Window, role: str, kind: MessageKind, begin: float) -> str:
    if kind == "novel":
        until = written(window.stop)
        return shown("new-messages", after=written(begin), until=until, role=role)
    return shown("error-messages", window)
