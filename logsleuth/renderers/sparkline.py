"""Failures over time in one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import clock, number, utc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logsleuth.model import Investigation, TrafficBin

_BARS: Final = "▁▂▃▄▅▆▇█"


def sparkline(investigation: Investigation, width: int) -> list[tuple[str, str]]:
    """Return lines and their labels: the bars, then where the onset and the end are."""
    bins = investigation.series.traffic
    failed = _gathered(bins, width)
    if not any(failed):
        return []
    return [(_bars(failed), "failures"), (_marks(investigation, bins, len(failed)), "")]


def _gathered(bins: Sequence[TrafficBin], width: int) -> list[int]:
    columns = min(width, len(bins))
    failed = [0] * columns
    for place, bin_ in enumerate(bins):
        failed[place * columns // len(bins)] += bin_.failed
    return failed


def _bars(failed: Sequence[int]) -> str:
    most, steps = max(failed), len(_BARS) - 1
    # A column with any failure at all stands above the floor.
    return "".join(_BARS[-(-count * steps // most)] for count in failed)


def _marks(investigation: Investigation, bins: Sequence[TrafficBin], columns: int) -> str:
    incident = investigation.incident
    peak = f"peak {number(_peak(investigation))}/s"
    if incident is None:
        said = f"{clock(bins[0].ts)} to {clock(bins[-1].ts)} UTC, {peak}"
        return said if len(said) <= columns else peak[:columns]
    line = _pointer(_column(bins, incident.onset, columns), "onset", columns)
    if incident.ended is not None:
        line = _beside(line, _pointer(_column(bins, incident.ended, columns), "end", columns))
    room = columns - len(line) - 2
    return line if room < len(peak) else f"{line}{peak.rjust(room + 2)}"


def _pointer(column: int, word: str, columns: int) -> str:
    after = " " * column + f"▲ {word}"
    return after if len(after) <= columns else " " * max(column - len(word) - 1, 0) + f"{word} ▲"


def _beside(line: str, other: str) -> str:
    start = len(other) - len(other.lstrip())
    return line.ljust(start) + other.lstrip() if start > len(line) else line


def _column(bins: Sequence[TrafficBin], ts: datetime, columns: int) -> int:
    before = sum(utc(bin_.ts) <= utc(ts) for bin_ in bins)
    return max(before - 1, 0) * columns // len(bins)


def _peak(investigation: Investigation) -> float:
    series = investigation.series
    return max(bin_.failed for bin_ in series.traffic) / series.bin_s if series.bin_s else 0.0
