"""What a stretch of time holds of the databases' own logs: sums by kind, beside those of before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.chosen import REST
from logsleuth.renderers.chosen import reach as reach_of
from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.model import DatabaseLog, Investigation, StatementKind

    Bins = tuple[int, int]

_MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Timed:
    """Statements of a kind: how many, how long, and how it was before the incident."""

    fingerprint: str
    calls: int
    took_s: float
    mean_s: float | None
    before_calls_a_minute: float | None
    before_mean_s: float | None
    calls_a_minute: float
    longest_s: float
    longest: str | None
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Lines of a kind: how many of them, and how often they came before the incident."""

    text: str
    level: str
    lines: int
    a_minute: float
    before_a_minute: float | None
    first: str | None


def statements(investigation: Investigation) -> list[Timed]:
    """Return the kinds of statements, those that took longest together first."""
    log = investigation.series.database
    if log is None:
        return []
    during, before = _periods(investigation, log)
    return [_timed(one, log, during, before) for one in log.statements]


def _timed(one: StatementKind, log: DatabaseLog, during: Bins, before: Bins | None) -> Timed:
    calls, took_s = _sum(one.calls, during), _sum(one.took_ms, during) / 1000
    earlier = 0 if before is None else _sum(one.calls, before)
    return Timed(
        fingerprint=one.fingerprint or REST,
        calls=calls,
        took_s=took_s,
        mean_s=took_s / calls if calls else None,
        before_calls_a_minute=None if before is None else _a_minute(earlier, log, before),
        before_mean_s=_sum(one.took_ms, before) / 1000 / earlier if before and earlier else None,
        calls_a_minute=_a_minute(calls, log, during),
        longest_s=one.longest_s,
        longest=one.longest,
        who=one.who,
    )


def words(investigation: Investigation) -> list[Said]:
    """Return what else was said, the gravest first."""
    log = investigation.series.database
    if log is None:
        return []
    during, before = _periods(investigation, log)
    found = []
    for one in log.words:
        lines = _sum(one.lines, during)
        earlier = None if before is None else _a_minute(_sum(one.lines, before), log, before)
        level = one.level or ("" if one.text else "any")
        a_minute = _a_minute(lines, log, during)
        found.append(Said(one.text or REST, level, lines, a_minute, earlier, one.first))
    return found


def _periods(investigation: Investigation, log: DatabaseLog) -> tuple[Bins, Bins | None]:
    """Return the bins of the incident and those before it; without one, all bins and none."""
    whole = investigation.series.breakdown
    if whole is None or investigation.incident is None:
        return (0, log.bins), None
    first, last = reach_of(whole, investigation)
    earlier = round((utc(whole.since) - utc(log.since)).total_seconds() / log.bin_s)
    # A selection to the end of the requests goes on to the end of the database's log.
    stop = log.bins if last == whole.bins else last + earlier
    start = 0 if first == 0 else first + earlier
    return (start, stop), ((0, start) if start else None)


def _sum(counts: Sequence[int], bins: Bins) -> int:
    return sum(counts[slice(*bins)])


def _a_minute(number: int, log: DatabaseLog, bins: Bins) -> float:
    return number * _MINUTE_S / max((bins[1] - bins[0]) * log.bin_s, 1e-9)
