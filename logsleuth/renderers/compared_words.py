"""How two cases are told beside each other, in words: the same on a terminal and in Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, cast

from logsleuth.renderers import story, wording
from logsleuth.renderers.wording import clock, confidence, day, moment, percent, seconds

if TYPE_CHECKING:
    from logsleuth.compared import (
        Caveat,
        Comparison,
        Directive,
        Measure,
        PoolPair,
        Quality,
        Said,
        Side,
        Subject,
    )
    from logsleuth.model import Status

MEASURES: Final = {
    "requests_per_s": "requests/s",
    "failure_rate": "failing",
    "latency_p50_s": "latency p50",
    "latency_p95_s": "latency p95",
    "latency_p99_s": "latency p99",
    "share": "share",
}
_SAID_ORDER: Final = ("new", "gone", "more", "fewer")


def state(side: Side) -> str:
    """Say a side's verdict in a few words."""
    found = side.found
    if found.incident is None:
        return "no incident"
    cause = found.root_cause
    if cause is None or cause.fault is None:
        return "an incident that the evidence doesn’t explain"
    named = [part for part in (cause.component, cause.fault, cause.target) if part]
    return f"{' · '.join(named)}, {confidence(cause.confidence)}"


def stretch(side: Side) -> str:
    """Say which part of a side is compared."""
    part = side.stretch
    if part is None:
        return story.examined(side.found)
    same = day(part.since) == day(part.until)
    until = clock(part.until) if same else moment(part.until)
    what = "its incident" if part.of == "incident" else "all of it"
    return f"{what}: {moment(part.since)} to {until} UTC, {seconds(part.seconds)}"


def caveat(one: Caveat) -> str:
    """Say what can't be compared, or only with care."""
    kind = "not compared: " if one.prevents else ""
    return f"{kind}{one.subject}: {one.why}"


def figure(name: str, value: float | None) -> str:
    """Say a figure of a measure."""
    if name in ("failure_rate", "share"):
        return percent(value)
    return seconds(value) if name.endswith("_s") and "latency" in name else wording.number(value)


def change(measure: Measure) -> str:
    """Say the difference in points of a percent, or the ratio."""
    if measure.value is None:
        return wording.UNKNOWN
    if measure.scale == "difference":
        return _points(measure.value)
    return f"×{_ratio(measure.value)}"


def interval(measure: Measure) -> str:
    """Say the interval of the difference or ratio."""
    if measure.interval is None:
        return wording.UNKNOWN
    say = _points if measure.scale == "difference" else _ratio
    return f"{say(measure.interval.low)} to {say(measure.interval.high)}"


def _points(value: float) -> str:
    return f"{value * 100:+.1f}".replace("-", "−") if math.isfinite(value) else "?"


def _ratio(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.3g}"


def both(base: float | None, case: float | None) -> str:
    """Say a share on both sides, once where it is the same."""
    one, other = percent(base), percent(case)
    return one if one == other else f"{one} → {other}"


def moved(pool: PoolPair) -> str:
    """Say how far the shares of a pool are from those of the base."""
    named = f" (in base {pool.base_pool})" if pool.base_pool != pool.pool else ""
    return (
        f"pool {pool.pool}{named}: {percent(pool.moved)} of requests on another server than in base"
    )


def algorithms(pool: PoolPair) -> list[str]:
    """Say how servers are chosen on both sides, where it differs or isn't as configured."""
    told = []
    if pool.base_algorithm != pool.case_algorithm:
        told.append(f"configured {pool.base_algorithm or '–'} → {pool.case_algorithm or '–'}")
    if pool.base_seen != pool.case_seen:
        words = [story.algorithm_word(s) if s else "–" for s in (pool.base_seen, pool.case_seen)]
        told.append(f"requests show {words[0]} → {words[1]}")
    return told


def worst(found: Comparison, most: int) -> list[Subject]:
    """Return the routes and servers whose failures differ for sure, the most requests first."""
    differing = [
        subject
        for subject in found.subjects
        if subject.kind in ("server", "route")
        and any(m.name == "failure_rate" and m.standing in ("higher", "lower")
                for m in subject.measures)
    ]  # fmt: skip
    return sorted(differing, key=_more, reverse=True)[:most]


def _more(subject: Subject) -> float:
    measure = next(m for m in subject.measures if m.name == "failure_rate")
    most = max(c.requests for c in (subject.base, subject.case) if c is not None)
    return abs(measure.value or 0.0) * most


def status(name: str) -> str:
    """Say a hypothesis's status with its icon."""
    known = cast("Status", name)
    return f"{wording.STATUS_ICONS[known]} {wording.STATUS_WORDS[known]}"


def directive(one: Directive) -> str:
    """Say what two configurations ask for, and where."""
    named = " ".join(part for part in (one.kind, one.scope, one.name) if part)
    sides = ((one.base, one.base_where), (one.case, one.case_where))
    told = [f"{value} ({where})" if value is not None else "not there" for value, where in sides]
    return f"{named}: {told[0]} → {told[1]}"


def directives(found: Comparison, most: int) -> list[str]:
    """Say so of the first few, or that there are none."""
    if any(c.subject == "configuration" and c.prevents for c in found.caveats):
        return []
    # What both sides have, and otherwise, tells more than what one side doesn't have.
    ordered = sorted(found.directives, key=lambda d: d.base is None or d.case is None)
    told = [directive(one) for one in ordered[:most]]
    more = len(found.directives) - len(told)
    if not told:
        return ["the same pools, servers, routes, timeouts and limits"]
    return [*told, *([f"and {more} more"] if more else [])]


def message(one: Said) -> str:
    """Say how a kind of message differs."""
    counts = f"{one.base:,} → {one.case:,}"
    return f"{one.kind} ({counts}) {one.role}: {one.shape}"


def messages(found: Comparison, most: int) -> list[str]:
    """Say how many kinds of messages differ, then the first few."""
    if not found.said:
        return []
    kinds = [one.kind for one in found.said]
    counts = ", ".join(f"{kinds.count(k)} {k}" for k in _SAID_ORDER if k in kinds)
    return [counts, *(message(one) for one in found.said[:most])]


def quality(found: Comparison) -> list[str]:
    """Say in one line how good the evidence is: lines, rejected ones, warnings."""
    facts = {fact.name: fact for fact in found.quality}
    parts = [(facts[name], name) for name in ("lines", "rejected", "warnings") if name in facts]
    return [
        ", ".join(f"{name} {fact_value(f, 'base')} → {fact_value(f, 'case')}" for f, name in parts)
    ]


def fact_value(fact: Quality, side: str) -> str:
    """Say a fact about the evidence of one side."""
    value = fact.base if side == "base" else fact.case
    if value is None:
        return wording.UNKNOWN
    if isinstance(value, str):
        return value
    return percent(value) if fact.name.startswith("a request") else wording.number(value)


def shortened(text: str, width: int) -> str:
    """Cut a text in the middle, for names tell themselves apart at both ends."""
    if len(text) <= width:
        return text
    half = (width - 1) // 2
    return f"{text[: width - 1 - half]}…{text[-half:]}"
