"""What the components began to say at the onset, or say more or less often than before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.series import moment
from logsleuth.analyses.shown import moment as written
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Interval, Message, Moment
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.incident import Window
    from logsleuth.model import MessageKind, Position

# What is said so long before the onset may be its cause, and is no part of the baseline.
_LEAD_S: Final = 30.0
_LEAD: Final = 0.10
_LIKELY: Final = 0.01
_LEAST: Final = 3
# A change of rate is worth a line from here on, at the near end of its interval.
_CHANGED: Final = 1.5
_SEVERITY: Final = {"fatal": 2.0, "error": 1.5, "warning": 1.0, "info": 0.5, "debug": 0.25}
_GRAVE: Final = ("warning", "error", "fatal")
_POSITION: Final[dict[Position, float]] = {"before": 1.5, "at": 1.25, "after": 1.0}
_MOST: Final = 30
_MOST_MOMENTS: Final = 5
# A novelty's ratio has no upper bound, and a huge one is no more telling than this.
_ENOUGH: Final = 1e6


@dataclass(frozen=True, slots=True)
class _Shape:
    role: str
    shape: str
    level: str | None
    before: int
    during: int
    instances: int
    first: float | None
    step_s: float | None
    """How exactly its source stamps: the line may be so much later than it shows."""
    event: str | None
    text: str | None


def examine(facts: Facts) -> tuple[Message, ...]:
    """Compare each kind of line with its past: new ones and changed ones, the most telling first.

    Lines are counted by requests for balancer and application, whose lines come with them, and by
    time for the others; given both counts the later one is binomial, so that also what was never
    said before has a ratio with a lower bound. Roles without a past are left out: all that they say
    would be new.
    """
    begin = facts.window.onset - min(_LEAD_S, _LEAD * facts.seconds_before)
    bounds = {"begin": begin, "stop": facts.window.stop}
    known = {role for role, since in facts.case.rows(sql("role_spans")) if since < begin}
    shapes = [_Shape(*row) for row in facts.case.rows(sql("shapes"), bounds)]
    told = [shape for shape in shapes if shape.role in known]
    found = list(_judged(facts, told, begin))
    found.sort(key=lambda pair: (-pair[0], pair[1].first, pair[1].role, pair[1].shape))
    return tuple(message for _, message in found[:_MOST])


def moments(messages: Sequence[Message], told: Sequence[Moment]) -> Iterator[Moment]:
    """The most telling new kinds of lines as moments, unless the timeline cites them already."""
    cited = {event for one in told for event in one.evidence}
    new = [(m, m.event) for m in messages if m.kind == "novel" and m.event and m.event not in cited]
    for message, event in new[:_MOST_MOMENTS]:
        component = message.role if message.role in ("balancer", "database") else "application"
        title = f"first of {message.during} lines of a new kind: {message.text}"
        yield Moment(message.first, "message", component, title[:200], (event,))


def _judged(
    facts: Facts, shapes: Sequence[_Shape], begin: float
) -> Iterator[tuple[float, Message]]:
    exposed = [_exposure(facts, shape.role, begin) for shape in shapes]
    ratios = [
        poisson_ratio(shape.during, after, shape.before, before)
        for shape, (before, after) in zip(shapes, exposed, strict=True)
    ]
    adjusted = benjamini_hochberg([ratio.p_value for ratio in ratios]).tolist()
    for shape, ratio, p_value in zip(shapes, ratios, adjusted, strict=True):
        interval = Interval(ratio.interval.low, ratio.interval.high)
        kind = _kind(shape, interval, p_value, facts.window)
        if kind is not None:
            message = _message(facts, shape, kind, (ratio.ratio, interval, p_value), begin)
            yield _score(message), message


def _exposure(facts: Facts, role: str, begin: float) -> tuple[float, float]:
    """How much could have been said about before and since: requests, or seconds."""
    traffic = facts.traffic
    if role in ("balancer", "application"):
        before = len(traffic.started[traffic.between(-math.inf, begin)])
        after = len(traffic.started[traffic.between(begin, facts.window.stop)])
        return max(float(before), 1.0), max(float(after), 1.0)
    return max(begin - traffic.since, 1.0), max(facts.window.stop - begin, 1.0)


def _kind(shape: _Shape, interval: Interval, p_value: float, window: Window) -> MessageKind | None:
    sure = p_value <= _LIKELY
    if shape.before == 0:
        near = shape.first is not None and shape.first <= window.latest + _LEAD_S
        single = shape.level in _GRAVE and near
        return "novel" if shape.during and ((sure and shape.during >= _LEAST) or single) else None
    if sure and interval.low >= _CHANGED:
        return "more"
    return "fewer" if sure and interval.high <= 1 / _CHANGED else None


def _message(
    facts: Facts,
    shape: _Shape,
    kind: MessageKind,
    ratio: tuple[float, Interval, float],
    begin: float,
) -> Message:
    first = facts.window.onset if shape.first is None else shape.first
    return Message(
        role=shape.role,
        shape=shape.shape,
        level=shape.level,
        kind=kind,
        position=_position(first, shape.step_s or 0.0, facts.window),
        before=shape.before,
        during=shape.during,
        instances=shape.instances,
        ratio=ratio[0],
        interval=ratio[1],
        p_value=ratio[2],
        first=moment(first),
        event=shape.event,
        text=shape.text or shape.shape,
        query=_query(facts.window, shape.role, kind, begin),
    )


def _position(first: float, step_s: float, window: Window) -> Position:
    if first + step_s < window.earliest:
        return "before"
    return "at" if first <= window.latest else "after"


def _score(message: Message) -> float:
    """How telling: the sure part of the change, by severity, and more so the earlier it came."""
    low, high = message.interval.low, message.interval.high
    sure = 1 / max(high, 1 / _ENOUGH) if message.kind == "fewer" else min(low, _ENOUGH)
    severity = _SEVERITY.get(message.level or "warning", 1.0)
    return max(math.log(max(sure, 1e-9)), 0.1) * severity * _POSITION[message.position]


def _query(window: Window, role: str, kind: MessageKind, begin: float) -> str:
    if kind == "novel":
        until = written(window.stop)
        return shown("new-messages", after=written(begin), until=until, role=role)
    return shown("error-messages", window)
