"""The verdict on one screen, for a person in a hurry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from logsleuth.renderers import attributed, judged, noted, screen, story, wording
from logsleuth.renderers.screen import grid as _grid
from logsleuth.renderers.screen import words as _text
from logsleuth.renderers.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from logsleuth.model import Hypothesis, Incident, Investigation, Pool, ServerShare

_STYLES: Final = {
    "implicated": "bold red",
    "ruled-out": "green",
    "inconclusive": "yellow",
    "no-evidence": "dim",
    "none": "bold green",
    "unjudged": "bold yellow",
    "over": "bold red",
    "ongoing": "bold red",
}
_BANNERS: Final = {
    "none": "NO INCIDENT",
    "unjudged": "NOT JUDGED",
    "over": "INCIDENT",
    "ongoing": "INCIDENT, NOT OVER",
}
_MOST_HOLDERS: Final = 3
_MOST_SERVERS: Final = 8
_MOST_WARNINGS: Final = 5
_MOST_CHANGES: Final = 3
_MOST_NOTES: Final = 4
_ROOMY: Final = 72
_MIDDLING: Final = 56
_WIDE: Final = 80


def show(
    investigation: Investigation,
    stream: TextIO | None = None,
    *,
    width: int | None = None,
    color: bool = False,
) -> None:
    """Print the verdict, as wide as the terminal if no width is given."""

    def rendered(columns: int) -> str:
        return render(investigation, width=columns, color=color)

    screen.write(rendered, stream, width)


def render(investigation: Investigation, *, width: int = 80, color: bool = False) -> str:
    """Return the verdict as text of at most `width` columns."""
    return screen.printed(_blocks(investigation, width), width, color=color)


def _blocks(investigation: Investigation, width: int) -> Iterator[RenderableType]:
    yield _banner(investigation)
    yield ""
    yield _facts(investigation, width)
    for pool in story.featured(investigation)[:1]:
        yield ""
        yield _pool_title(pool)
        yield _shares(pool, investigation, width)
        note = story.pool_note(pool)
        if note is not None:
            yield _text(note, "dim")
    yield ""
    yield _hypotheses(investigation, width)
    if investigation.changes:
        yield _changes(investigation, width)
    else:
        yield ""
    if noted.notes(investigation):
        yield _notes(investigation)
    yield _closing(investigation)


def _banner(investigation: Investigation) -> Text:
    state = story.state(investigation)
    banner = _text(_BANNERS[state], _STYLES[state])
    if state in {"none", "unjudged"}:
        return banner.append_text(_text(f"  {story.examined(investigation)}"))
    return banner.append_text(_text(f"  {story.headline(investigation)}", "bold"))


def _facts(investigation: Investigation, width: int) -> Table:
    grid = _grid(9, None)
    incident = investigation.incident
    rows = [] if incident is None else [*_incident_facts(incident), _who(investigation)]
    if incident is not None:
        rows += _held_by(investigation)
    if incident is None:
        rows = [("traffic", story.traffic(investigation))]
    for label, words in rows:
        grid.add_row(_text(label, "dim"), _text(words))
    for line, label in sparkline(investigation, max(width - 11, 8)):
        grid.add_row(_text(label, "dim"), _text(line, "red" if label else "dim"))
    return grid


def _incident_facts(incident: Incident) -> list[tuple[str, str]]:
    known = story.onset_range(incident)
    since = f"{wording.moment(incident.onset)} UTC" + (f", {known}" if known else "")
    return [
        ("since", since),
        ("until", story.until(incident)),
        ("how bad", _failures(incident)),
        ("", _latency(incident)),
    ]


def _failures(incident: Incident) -> str:
    failed, requests = wording.count(incident.failed), wording.counted(incident.requests, "request")
    rates = wording.percent(incident.failure_rate), wording.percent(incident.baseline_failure_rate)
    return f"{failed} of {requests} failed: {rates[0]}, baseline {rates[1]}"


def _latency(incident: Incident) -> str:
    now = wording.seconds(incident.latency_p95_s)
    return f"p95 {now}, baseline {wording.seconds(incident.baseline_latency_p95_s)}"


def _who(investigation: Investigation) -> tuple[str, str]:
    cause = investigation.root_cause
    if cause is None:
        return ("who", "unknown")
    named = [part for part in (cause.component, cause.fault, cause.target) if part]
    return ("who", f"{' · '.join(named)}, confidence {wording.confidence(cause.confidence)}")


def _held_by(investigation: Investigation) -> list[tuple[str, str]]:
    cause = investigation.root_cause
    leading = [value.value for value in investigation.attribution if value.leading]
    # What the line above names, and the table below counts, need not be said again.
    known = cause is not None and leading == [cause.target]
    said = [] if known else attributed.holders(investigation)
    rows = [("" if place else "held by", words) for place, words in enumerate(said[:_MOST_HOLDERS])]
    unsaid = len(said) - _MOST_HOLDERS
    rows += [("", f"and {unsaid} more in the report")] if unsaid > 0 else []
    instead = attributed.briefly(investigation)
    return [*rows, ("what if", instead)] if instead else rows


def _pool_title(pool: Pool) -> Text:
    title = _text(f"pool {pool.pool}", "bold")
    return title.append_text(_text(f"  {story.pool_line(pool)}"))


def _shares(pool: Pool, investigation: Investigation, width: int) -> Table:
    from rich.table import Table

    columns = _columns(width, pool)
    table = Table(box=None, padding=(0, 1), header_style="dim", show_edge=False, pad_edge=False)
    for head in columns:
        table.add_column(head, justify="left" if head == "server" else "right", overflow="fold")
    servers = story.most_departed(pool)
    target = investigation.root_cause.target if investigation.root_cause else None
    for share in servers[:_MOST_SERVERS]:
        style, cells = "bold red" if share.server == target else "", _share_cells(share)
        table.add_row(*(_text(cells[column], style) for column in columns))
    if len(servers) > _MOST_SERVERS:
        table.add_row(_text(f"and {len(servers) - _MOST_SERVERS} more", "dim"))
    return table


def _columns(width: int, pool: Pool) -> list[str]:
    if width >= _ROOMY:
        # Of those in rotation it is another share only where somebody was out.
        differs = any(story.is_other(s.eligible_share, s.configured_share) for s in pool.servers)
        part = ["in rotation"] if differs and width >= _WIDE else []
        configured = ["configured", *part]
        return ["server", "requests", "intended", "observed", *configured, "failing", "p95"]
    requests = ["requests"] if width >= _MIDDLING else []
    return ["server", *requests, "intended", "observed", "failing"]


def _share_cells(share: ServerShare) -> dict[str, str]:
    return {
        "server": share.server,
        "requests": wording.count(share.requests),
        "intended": wording.percent(share.expected_share),
        "observed": wording.percent(share.observed_share),
        "configured": wording.percent(share.configured_share),
        "in rotation": wording.percent(share.eligible_share),
        "failing": wording.percent(share.failure_rate),
        "p95": wording.seconds(share.latency_p95_s),
    }


def _hypotheses(investigation: Investigation, width: int) -> Table:
    grid = _grid(13, 11, None) if width >= _ROOMY else _grid(13, None)
    for hypothesis in investigation.hypotheses:
        status, component, why = _hypothesis_cells(hypothesis)
        if width >= _ROOMY:
            grid.add_row(status, component, why)
        else:
            grid.add_row(status, component.append_text(_text(": ")).append_text(why))
    return grid


def _hypothesis_cells(hypothesis: Hypothesis) -> tuple[Text, Text, Text]:
    icon, word = (
        wording.STATUS_ICONS[hypothesis.status],
        wording.STATUS_WORDS[hypothesis.status],
    )
    status = _text(f"{icon} {word}", _STYLES[hypothesis.status])
    return status, _text(hypothesis.component, "bold"), _text(story.reason(hypothesis))


def _changes(investigation: Investigation, width: int) -> Table:
    """The changes that matter most: a line each where a table takes the room of the screen."""
    grid = _grid(9, None)
    told = judged.worst_first(investigation)
    crowded = bool(story.featured(investigation))
    for place, change in enumerate(told[: _MOST_CHANGES - crowded]):
        style = _STYLES[judged.LOOKS[change.verdict]]
        words = _text(judged.briefly(change))
        if crowded:
            words.truncate(max(width - 10, 1), overflow="ellipsis")
        words.stylize(style, 0, len(change.verdict))
        grid.add_row(_text("" if place else "changes", "dim"), words)
    return grid


def _notes(investigation: Investigation) -> Table:
    """What people noted themselves; of much, what is nearest to the onset."""
    grid = _grid(9, None)
    shown = noted.nearest(investigation, _MOST_NOTES)
    for place, note in enumerate(shown):
        grid.add_row(_text("" if place else "notes", "dim"), _text(noted.briefly(note)))
    unsaid = len(noted.notes(investigation)) - len(shown)
    if unsaid:
        grid.add_row("", _text(f"and {unsaid} more in logsleuth timeline", "dim"))
    return grid


def _closing(investigation: Investigation) -> Table:
    grid = _grid(9, None)
    grid.add_row(_text("evidence", "dim"), _text(story.account(investigation)))
    for said in story.clocks(investigation):
        grid.add_row(_text("clocks", "dim"), _text(said))
    for place, warning in enumerate(investigation.warnings[:_MOST_WARNINGS]):
        label = "" if place else "warnings"
        grid.add_row(_text(label, "dim"), _text(warning, "yellow"))
    unsaid = len(investigation.warnings) - _MOST_WARNINGS
    if unsaid > 0:
        grid.add_row("", _text(f"and {unsaid} more in the report", "dim"))
    commands = [command for command in story.commands(investigation) if not command.minor]
    for place, command in enumerate(commands):
        grid.add_row(_text("" if place else "next", "dim"), _text(command.line, "cyan"))
    return grid
