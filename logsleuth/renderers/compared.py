"""Two cases side by side on one screen, for a person in a hurry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers import compared_words as said
from logsleuth.renderers import screen, wording
from logsleuth.renderers.screen import grid, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import JustifyMethod, RenderableType
    from rich.table import Table

    from logsleuth.compared import Comparison, Measure, PoolPair

_STYLES: Final = {"higher": "bold red", "lower": "bold", "alike": "green", "undecided": "yellow"}
_STATUSES: Final = {
    "implicated": "bold red", "ruled-out": "green", "inconclusive": "yellow", "no-evidence": "dim",
}  # fmt: skip
_MOST_CAVEATS: Final = 5
_MOST_SERVERS: Final = 6
_MOST_WORSE: Final = 3
_MOST_DIRECTIVES: Final = 4
_MOST_SAID: Final = 4


def render(found: Comparison, *, width: int = 80, color: bool = False) -> str:
    """Return both sides as text of at most `width` columns."""
    return screen.printed(_blocks(found, width), width, color=color)


def _blocks(found: Comparison, width: int) -> Iterator[RenderableType]:
    yield _heads(found)
    yield ""
    yield _figures(found)
    pool = next(iter(sorted(found.pools, key=lambda p: -p.moved)), None)
    if pool is not None:
        yield ""
        yield words(said.moved(pool), "bold")
        yield _shares(pool)
    yield ""
    yield _standings(found)
    yield _rest(found, width)


def _heads(found: Comparison) -> Table:
    table = grid(8, None)
    for name, side in (("base", found.base), ("case", found.case)):
        state = said.state(side)
        verdict = words(state, "bold green" if side.found.incident is None else "bold red")
        table.add_row(words(name, "dim"), words(f"{side.name}: ").append_text(verdict))
        table.add_row("", words(said.stretch(side), "dim"))
    shown = found.caveats[:_MOST_CAVEATS]
    for place, caveat in enumerate(shown):
        label = "" if place else "beware"
        table.add_row(words(label, "dim"), words(said.caveat(caveat), "yellow"))
    if len(found.caveats) > len(shown):
        more = len(found.caveats) - len(shown)
        table.add_row("", words(f"and {more} more: --format md", "dim"))
    return table


def _table(*heads: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), header_style="dim", show_edge=False, pad_edge=False)
    for place, head in enumerate(heads):
        justify: JustifyMethod = "right" if place else "left"
        table.add_column(head, justify=justify, overflow="ellipsis", no_wrap=True)
    return table


def _figures(found: Comparison) -> Table:
    table = _table("", "base", "case", "difference", "95 % interval", "")
    for measure in found.subjects[0].measures:
        table.add_row(*_cells(said.MEASURES[measure.name], measure))
    for subject in said.worst(found, _MOST_WORSE):
        measure = next(m for m in subject.measures if m.name == "failure_rate")
        table.add_row(*_cells(f"failing, {subject.kind} {subject.name}", measure))
    return table


def _cells(label: str, measure: Measure) -> Sequence[RenderableType]:
    standing = measure.standing
    return (
        words(said.shortened(label, 27)),
        words(said.figure(measure.name, measure.base)),
        words(said.figure(measure.name, measure.case)),
        words(said.change(measure)),
        words(said.interval(measure)),
        words(standing or "not comparable", _STYLES[standing] if standing else "dim"),
    )


def _shares(pool: PoolPair) -> Table:
    table = _table("server", "base", "case", "difference", "95 % interval", "intended")
    for share in pool.servers[:_MOST_SERVERS]:
        seen = share.observed
        table.add_row(
            words(said.shortened(share.server, 22)),
            words(wording.percent(seen.base)),
            words(wording.percent(seen.case)),
            words(said.change(seen), _STYLES[seen.standing] if seen.standing else ""),
            words(said.interval(seen)),
            words(said.both(share.base_intended, share.case_intended)),
        )
    if len(pool.servers) > _MOST_SERVERS:
        table.add_row(words(f"and {len(pool.servers) - _MOST_SERVERS} more", "dim"))
    return table


def _standings(found: Comparison) -> Table:
    table = _table("hypothesis", "base", "", "case", "")
    for column in (1, 3):
        table.columns[column].justify = "left"
    for one in found.standings:
        table.add_row(
            words(one.component),
            words(said.status(one.base_status), _STATUSES[one.base_status]),
            words(wording.confidence(one.base_confidence)),
            words(said.status(one.case_status), _STATUSES[one.case_status]),
            words(wording.confidence(one.case_confidence)),
        )
    return table


def _rest(found: Comparison, width: int) -> Table:
    table = grid(13, None)
    rows = [("configuration", line) for line in said.directives(found, _MOST_DIRECTIVES)]
    rows += [("messages", line) for line in said.messages(found, _MOST_SAID)]
    rows += [("evidence", line) for line in said.quality(found)]
    before = ""
    for label, line in rows:
        text = words(line)
        text.truncate(max(width - 14, 1), overflow="ellipsis")
        table.add_row(words("" if label == before else label, "dim"), text)
        before = label
    return table
