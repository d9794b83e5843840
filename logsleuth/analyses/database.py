"""What the database says of itself, and what others say of it, before and in the window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case

# Clocks of two hosts may differ by this much, and some lines are written when a thing is over.
SLACK_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Statement:
    """Statements of one fingerprint that the database found worth logging, before and during."""

    fingerprint: str
    calls_before: int
    calls_during: int
    busy_before_s: float
    busy_during_s: float
    median_before_s: float | None
    median_during_s: float | None
    first_started: float | None
    first_event: str | None
    longest_event: str | None
    user_name: str | None
    database: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """How often a kind of thing was said by one instance, and the first time in the window."""

    kind: str
    role: str
    instance: str
    before: int
    during: int
    first: float | None
    last: float | None
    event: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """The database's own evidence; `since` and `until` are what its log covers, in seconds."""

    events: int
    since: float | None
    until: float | None
    timed: int
    during: int
    name: str | None
    product: str | None
    statements: tuple[Statement, ...]

    def busy(self, seconds_before: float, seconds_during: float) -> tuple[float, float]:
        """Seconds a second that logged statements took, before and during."""
        before = sum(s.busy_before_s for s in self.statements) / max(seconds_before, 1e-9)
        during = sum(s.busy_during_s for s in self.statements) / max(seconds_during, 1e-9)
        return before, during


def examine(case: Case, window: Window) -> DatabaseFacts:
    """Read the database's own log on both sides of the onset."""
    period = {"onset": window.onset, "stop": window.stop}
    events, since, until, timed, during, name, log = case.row(sql("database_coverage"), period)
    # Where it isn't over, a database whose clock is ahead still writes of it afterwards.
    stop = window.stop if window.ended is not None else math.inf
    outline(case)
    rows = case.rows(sql("statements"), {**window.bounds, "stop": stop})
    return DatabaseFacts(
        events=events,
        since=since,
        until=until,
        timed=timed,
        during=during,
        name=name or next((row[11] for row in rows if row[11]), None),
        product=_product(log),
        statements=tuple(Statement(*row) for row in rows),
    )


def outline(case: Case) -> None:
    """Look at what every timed statement does, once; the tables stay for later queries."""
    if not case.row(sql("outlines_there"))[0]:
        case.prepare(sql("outlines"))


def _product(log: str | None) -> str | None:
    return None if log is None else log.split("-")[0]


def words(case: Case, window: Window) -> tuple[Words, ...]:
    """Classify what was said about databases, locks, connections, limits and overload."""
    parameters = {**window.bounds, "slack": SLACK_S}
    return tuple(Words(*row) for row in case.rows(sql("words"), parameters))
