"""The views of what the investigation found: timeline, histogram and shares, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from logsleuth.browser.cells import bar, cell
from logsleuth.renderers import story, wording
from logsleuth.renderers.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from logsleuth.model import Investigation, Moment, ServerShare

_BAR: Final = 24
_SPARK: Final = 66


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row leads: to an event, to a moment, or to the lines that have a text."""

    event: str | None = None
    ts: datetime | None = None
    text: str | None = None
    said: str = ""
    """What the row says in full, where a column may cut it."""


class Rows(DataTable[Text]):
    """A table of which each row leads somewhere; columns take texts that nothing acts in."""

    def __init__(self, name: str, heads: Sequence[str], right: Sequence[int] = ()) -> None:
        """Make a table of that name without rows."""
        super().__init__(id=f"{name}-rows", cursor_type="row", cell_padding=1)
        self._heads, self._right = heads, frozenset(right)
        self._targets: list[Target] = []

    def on_mount(self) -> None:
        """Name the columns."""
        for head in self._heads:
            self.add_column(cell(head))

    def put(self, cells: Sequence[str], target: Target, style: str = "") -> None:
        """Add a row."""
        texts = [cell(text, style) for text in cells]
        for column in self._right:
            texts[column].justify = "right"
        self.add_row(*texts)
        self._targets.append(target)

    @property
    def target(self) -> Target:
        """Where the row that the cursor is on leads."""
        there = self.cursor_row < len(self._targets)
        return self._targets[self.cursor_row] if there else Target()


class Table(Vertical):
    """A few words and a table."""

    NAME = ""

    def __init__(self, found: Investigation, heads: Sequence[str], right: Sequence[int]) -> None:
        """Show what an investigation found."""
        super().__init__(id=self.NAME)
        self.found = found
        self.rows = Rows(self.NAME, heads, right)

    def compose(self) -> ComposeResult:
        """The words above, the table below."""
        yield Static(self.words(), markup=False, classes="words")
        yield self.rows

    def words(self) -> Text:
        """What stands above the table."""
        return Text("")


class Timeline(Table):
    """What happened, in order; a moment leads to its first line."""

    NAME = "timeline"

    def __init__(self, found: Investigation) -> None:
        """Show the moments of an investigation."""
        super().__init__(found, ("at", "component", "kind", "what"), ())

    def words(self) -> Text:
        """The verdict, and failures over time."""
        text = cell(story.headline(self.found), "bold")
        for line, label in sparkline(self.found, _SPARK):
            text.append("\n").append_text(cell(f"{label:<9} {line}"))
        return text

    def on_mount(self) -> None:
        """Add the moments."""
        said = wording.clock if story.only_day(self.found) else wording.moment
        for moment in self.found.timeline:
            cells = said(moment.ts), moment.component, moment.kind, moment.title
            self.rows.put(cells, _moment_target(moment), _style(moment))


def _moment_target(moment: Moment) -> Target:
    return Target(next(iter(moment.evidence), None), moment.ts, said=moment.title)


def _style(moment: Moment) -> str:
    return {"onset": "bold red", "end": "bold green", "note": "bold"}.get(moment.kind, "")


class Histogram(Table):
    """Requests and failures over time; a row leads to the lines of its time."""

    NAME = "histogram"

    def __init__(self, found: Investigation) -> None:
        """Show the bins of an investigation."""
        heads = ("from", "requests", "failed", "p95", "failures", "requests")
        super().__init__(found, heads, (1, 2, 3))

    def words(self) -> Text:
        """How wide the bins are."""
        return cell(f"{story.traffic(self.found)}; a row is {self.found.series.bin_s:g} s")

    def on_mount(self) -> None:
        """Add the bins."""
        bins = self.found.series.traffic
        most = max((one.requests for one in bins), default=0)
        worst = max((one.failed for one in bins), default=0)
        said = wording.clock if story.day_of(self.found) else wording.moment
        for one in bins:
            cells = (
                said(one.ts), wording.count(one.requests), wording.count(one.failed),
                wording.seconds(one.latency_p95_s), bar(one.failed, worst, _BAR // 2),
                bar(one.requests, most, _BAR),
            )  # fmt: skip
            self.rows.put(cells, Target(ts=one.ts), "red" if one.failed else "")


class Shares(Table):
    """What each server got, beside what was meant for it; a server leads to its lines."""

    NAME = "shares"

    def __init__(self, found: Investigation) -> None:
        """Show the pools of an investigation."""
        heads = ("server", "requests", "intended", "observed", "config", "failing", "p95")
        super().__init__(found, heads, (1, 2, 3, 4, 5, 6))

    def words(self) -> Text:
        """Which pools are skewed, and by how much."""
        skewed = [f"{p.pool}: {story.pool_line(p)}" for p in self.found.pools if p.skewed]
        return cell("; ".join(skewed) or "no pool is skewed", "bold")

    def on_mount(self) -> None:
        """Add the servers, those of the guilty pool first."""
        cause, first = self.found.root_cause, story.featured(self.found)
        guilty = cause.target if cause else None
        rest = [pool for pool in self.found.pools if pool not in first]
        for pool in (*first, *rest):
            algorithm = (pool.algorithm or "", *[""] * 5)
            self.rows.put((f"pool {pool.pool}", *algorithm), Target(), "bold")
            for share in story.most_departed(pool):
                style = "bold red" if share.server == guilty else ""
                self.rows.put([*_share_cells(share)], Target(text=share.server), style)


def _share_cells(share: ServerShare) -> Iterator[str]:
    yield f"  {share.server}"
    yield wording.count(share.requests)
    for value in (share.expected_share, share.observed_share, share.configured_share):
        yield wording.percent(value)
    yield wording.percent(share.failure_rate)
    yield wording.seconds(share.latency_p95_s)
