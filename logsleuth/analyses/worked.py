"""What an application and its database did for one request, within the time it was waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.analyses.statements import sql
from logsleuth.model import Segment
from logsleuth.stats.links import BASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.case.store import Case
    from logsleuth.stats.links import Links

# Clocks of two hosts differ by as much, and lines are written a little late.
_SLACK_S: Final = 0.05
# A line that is less likely the request's than not isn't shown as its.
_LIKELY: Final = 0.5
# A statement that as many requests may have sent is nobody's, and one that is in the time of a
# single request may still be of something that isn't logged.
_MOST_RIVALS: Final = 5
_BY_TIME: Final = 0.9
_LONGEST_TEXT: Final = 160


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a server was waited for, after the request's start in seconds; None: unknown."""

    low: float | None
    took: float | None

    @property
    def high(self) -> float | None:
        """When it answered."""
        return None if self.low is None or self.took is None else self.low + self.took


@dataclass(frozen=True, slots=True)
class _Line:
    """An application's line, and where it is from the request's start on, by its own clock."""

    fields: Mapping[str, Any]
    origin: float
    began: float
    step_s: float
    confidence: float
    found_by: str
    """Empty where it was found by words and times."""

    @property
    def sure(self) -> float | None:
        """How likely it is the request's; None where an id says so."""
        return None if self.found_by else self.confidence


def within(
    case: Case, request: Mapping[str, Any], links: Links, attempt: int, bounds: Bounds
) -> Iterator[Segment]:
    """What the application says of an attempt, and the database of the application's statements."""
    asked = links.asked
    rows = np.flatnonzero(
        (asked["source_id"] == request["source_id"])
        & (asked["line"] == request["line"]) & (asked["attempt"] == attempt)
    )  # fmt: skip
    if not len(rows) or links.found[rows[0]] < 0:
        yield _nothing("no line of it was found")
    elif links.confidence[rows[0]] < _LIKELY:
        yield _nothing("no line of it can be told from those of other requests")
    else:
        yield from _told(case, _line(case, request, links, int(rows[0])), bounds)


def _nothing(note: str) -> Segment:
    return Segment("application", "application", None, None, "unknown", 3, note=note)


def _line(case: Case, request: Mapping[str, Any], links: Links, row: int) -> _Line:
    found = int(links.found[row])
    place = {name: int(links.answered[name][found]) for name in ("source_id", "line")}
    names, told = case.table(sql("application_line"), place)
    # Stamps of whole seconds are on average half a step late, as the joining takes them.
    half = request["step_s"] / 2 if request["step_s"] >= 1 else 0.0
    origin = float(request["started"]) + half
    return _Line(
        fields=dict(zip(names, told[0], strict=True)),
        origin=origin,
        began=float(links.answered["began"][found]) - origin,
        step_s=request["step_s"] + float(links.answered["step_s"][found]),
        confidence=float(links.confidence[row]),
        found_by=f"by {BASES[links.basis[row]]}" if links.basis[row] < 2 else "",
    )


def _told(case: Case, line: _Line, bounds: Bounds) -> Iterator[Segment]:
    told, event, took = line.fields, line.fields["event_id"], line.fields["duration_s"]
    began, note = placed(line.began, took, bounds, line.step_s + _SLACK_S)
    if bounds.took is not None and took is not None and bounds.took >= took:
        yield Segment("gap", "neither side", bounds.low, bounds.took - took, "inferred", 3,
                      note="waited for, but not worked on: network or accept queue")  # fmt: skip
    label = f"application {told['instance'] or ''}".rstrip() + f" said {told['status']}"
    yield Segment("application", label, began, took, "unknown" if took is None else "measured", 3,
                  event, line.sure, "; ".join(filter(None, (line.found_by, note))))  # fmt: skip
    if told["queue_s"] is not None:
        yield Segment("application-queue", "application's queue", None, told["queue_s"],
                      "measured", 4, event, line.sure, "when isn't logged")  # fmt: skip
    if told["database_s"] is None:
        yield Segment("database", "database", None, None, "unknown", 4,
                      note="the application doesn't log it")  # fmt: skip
    else:
        yield Segment("database", "database, as the application says", None, told["database_s"],
                      "measured", 4, event, line.sure, "in all: when isn't logged")  # fmt: skip
    if took is not None:
        yield from _statements(case, line, began - line.began)


def placed(began: float, took: float | None, bounds: Bounds, doubt: float) -> tuple[float, str]:
    """Move a stretch into the one that it belongs to, and say so where clocks can't explain it.

    `doubt` is what stamps and clocks may be wrong by, in seconds.
    """
    low, high, ended = bounds.low, bounds.high, began + (took or 0.0)
    moved = 0.0
    if low is not None and began < low:
        moved = low - began
    elif low is not None and high is not None and ended > high:
        moved = max(high - ended, low - began)
    said = []
    if abs(moved) > doubt:
        said.append(f"its clock has it {-moved:+.3f} s from there")
    if high is not None and ended + moved - high > doubt:
        said.append(f"it worked on for {ended + moved - high:.3g} s more")
    return began + moved, "; ".join(said)


def _statements(case: Case, line: _Line, moved: float) -> Iterator[Segment]:
    """Statements that the database timed meanwhile: by id, or where few may have sent them."""
    told = line.fields
    name = told["request_id"] or told["trace_id"] or ""
    began = line.origin + line.began
    period = {
        "began": began, "ended": began + told["duration_s"], "longest": told["duration_s"],
        "id": name if len(name) >= 8 else None,
    }  # fmt: skip
    for event, start, took, text, named, rivals in case.rows(sql("statements_within"), period):
        fits = told["database_s"] is None or took <= told["database_s"] + _SLACK_S
        if named or (fits and rivals <= _MOST_RIVALS):
            sure = None if named else min(line.confidence, _BY_TIME) / max(rivals, 1)
            note = "by request id" if named else f"one of {rivals} requests may have sent it"
            yield Segment("statement", short(text), start - line.origin + moved, took, "measured",
                          5, event, sure, note if named or rivals > 1 else "by time")  # fmt: skip


def short(text: str) -> str:
    """Return a text of one line that a person reads at a glance."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"
