"""One request through all layers as bars, for terminals and for the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.renderers import wording
from logsleuth.renderers.json import waterfall as document
from logsleuth.renderers.text import encodable, sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.model import CitedEvent, Segment, ServerTime, TimePart, Waterfall

PARTS: Final = (
    "queue", "connect", "waited", "gap", "application", "application_queue", "database", "send",
)  # fmt: skip
PART_WORDS: Final = {
    "queue": "Queue", "connect": "Connecting", "waited": "Answer", "application": "Application",
    "application_queue": "Its queue", "database": "Database",
    "gap": "Neither side", "send": "Sending",
}  # fmt: skip
# Growth of a part that is worth a mark: both as a multiple and in seconds.
_GREW: Final = 1.5
_NOTICED_S: Final = 0.02
_BAR: Final = 32
_LABEL: Final = 44
_INKS: Final = {"measured": "█", "inferred": "▒"}
# A bar that is thinner than this share of the axis is still to be seen.
_THINNEST: Final = 0.004


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a segment is on the axis, 0 to 1."""

    left: float
    width: float


def axis_s(waterfall: Waterfall) -> float:
    """Return the length of the axis: up to where the last known stretch ends, in seconds."""
    ends = [
        s.start_s + (s.took_s or 0.0)
        for s in waterfall.segments
        if s.start_s is not None and s.part != "mention"
    ]
    return max([*ends, waterfall.duration_s or 0.0, 1e-6])


def bar(segment: Segment, axis: float) -> Bar | None:
    """Return where to draw a segment; None where its place or its length isn't known."""
    if segment.start_s is None or (segment.took_s is None and segment.part != "mention"):
        return None
    left = min(max(segment.start_s / axis, 0.0), 1.0 - _THINNEST)
    right = min(max((segment.start_s + (segment.took_s or 0.0)) / axis, 0.0), 1.0)
    return Bar(left, max(right - left, _THINNEST))


def headline(waterfall: Waterfall) -> str:
    """Say what was asked for and what came of it."""
    asked = " ".join(word for word in (waterfall.method, waterfall.path) if word) or "a request"
    status = "no status" if waterfall.status is None else str(waterfall.status)
    took = (
        "in unknown time" if waterfall.duration_s is None
        else f"in {wording.seconds(waterfall.duration_s)}"
    )  # fmt: skip
    return f"{asked}: {status} {took}"


def remarks(segment: Segment) -> str:
    """Say how a segment is known, as far as that isn't plain."""
    said = []
    if segment.basis == "inferred":
        said.append("inferred")
    if segment.confidence is not None:
        said.append(f"{wording.confidence(segment.confidence)} sure")
    return "; ".join([*said, *([segment.note] if segment.note else [])])


def took(segment: Segment) -> str:
    """Say how long a segment took; a mention takes no time."""
    if segment.took_s is None:
        return "" if segment.part == "mention" else "unknown"
    return wording.seconds(segment.took_s)


def lines(waterfall: Waterfall, cited: Mapping[str, CitedEvent]) -> list[CitedEvent]:
    """Return the lines that tell of a request, in the order of its segments, each once."""
    named = dict.fromkeys(s.event for s in waterfall.segments if s.event is not None)
    return [cited[event] for event in named if event in cited]


def part_of(server: ServerTime, name: str) -> TimePart | None:
    """Return a part of a server's time; None where no line tells it."""
    return next((part for part in server.parts if part.part == name), None)


def grew(part: TimePart) -> bool:
    """Whether a part takes plainly longer in the window than before."""
    before, during = part.before_median_s, part.during_median_s
    if before is None or during is None:
        return False
    return during > _GREW * max(before, 0.0) and during - before > _NOTICED_S


def text(waterfalls: Sequence[Waterfall]) -> str:
    """Return waterfalls as text; hostile characters are shown as symbols."""
    return "\n".join("\n".join(_lines(one)) + "\n" for one in waterfalls)


def _lines(waterfall: Waterfall) -> Iterator[str]:
    yield sanitise(encodable(headline(waterfall)))
    named = f"  request id {waterfall.request_id}" if waterfall.request_id else ""
    yield sanitise(encodable(f"{wording.moment(waterfall.started)} UTC{named}"))
    axis = axis_s(waterfall)
    for segment in waterfall.segments:
        label = "  " * segment.depth + segment.label
        cut = label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
        words = [took(segment).rjust(9), remarks(segment), segment.event or ""]
        line = f"{cut:<{_LABEL}} |{_drawn(segment, axis)}| " + "  ".join(filter(None, words))
        yield sanitise(encodable(line)).rstrip()


def _drawn(segment: Segment, axis: float) -> str:
    place = bar(segment, axis)
    if place is None:
        return ("?" if segment.took_s is None else "").center(_BAR)
    first = min(int(place.left * _BAR), _BAR - 1)
    cells = max(round((place.left + place.width) * _BAR) - first, 1)
    ink = "·" if segment.part == "mention" else _INKS.get(segment.basis, "?")
    return (" " * first + ink * cells)[:_BAR].ljust(_BAR)


def dumps(waterfalls: Sequence[Waterfall]) -> str:
    """Return waterfalls as JSON text in ASCII."""
    return json.dumps([document(one) for one in waterfalls], indent=2, allow_nan=False) + "\n"
