"""What the application instances say they served, before and in the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance's own account; durations in seconds, None where it doesn't say."""

    name: str
    before: int
    during: int
    failed_before: int
    failed_during: int
    median_before_s: float | None
    median_during_s: float | None
    database_before_s: float | None
    database_during_s: float | None

    @property
    def slower(self) -> float:
        """How many times as long as before it took; 1 where it doesn't say."""
        before, during = self.median_before_s, self.median_during_s
        return during / max(before, 1e-3) if before and during else 1.0


@dataclass(frozen=True, slots=True)
class ServedRoute:
    """A route that the applications were asked for."""

    route: str
    before: int
    during: int
    refused_during: int
    event: str | None
    slower_s: float | None
    """Median in the window minus that of the baseline, None where either is unknown."""
    database_slower_s: float | None
    median_s: float | None
    """Of the window."""


def instances(case: Case, window: Window) -> tuple[Instance, ...]:
    """List the instances in order of name."""
    rows = case.rows(sql("served"), window.bounds)
    return tuple(Instance(*row) for row in rows)


def routes(case: Case, window: Window) -> tuple[ServedRoute, ...]:
    """List the routes by how often they were asked for in the window."""
    rows = case.rows(sql("served_routes"), window.bounds)
    return tuple(ServedRoute(*row) for row in rows)
