"""Two cases side by side in Markdown: for an issue, a wiki or a postmortem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers import compared_words as said
from logsleuth.renderers.marked import code, plain, row
from logsleuth.renderers.wording import confidence, p_clause

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.compared import Comparison, Measure, PoolPair, Subject

_MOST_SUBJECTS: Final = 40
_HEAD: Final = ("base", "case", "difference", "95 % interval", "")


def render(found: Comparison) -> str:
    """Return the comparison as Markdown, in the order in which people ask."""
    sections = {
        "Verdicts": _verdicts(found),
        "What can’t be compared, or with care": _caveats(found),
        "Figures": _figures(found),
        "Shares": _shares(found),
        "Hypotheses": _standings(found),
        "Configuration": _bullets(said.directives(found, len(found.directives))),
        "Messages": _said(found),
        "Evidence": _quality(found),
    }
    parts = [f"# {plain(found.base.name)} beside {plain(found.case.name)}"]
    for title, lines in sections.items():
        body = "\n".join(lines)
        if body:
            parts += [f"## {title}", body]
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> list[str]:
    return [f"- {plain(line)}" for line in lines]


def _header(*names: str) -> Iterator[str]:
    yield row(*names)
    yield row(*("---" if place == 0 else "---:" for place in range(len(names))))


def _verdicts(found: Comparison) -> Iterator[str]:
    for name, side in (("Base", found.base), ("Case", found.case)):
        told = f"{said.state(side)}; {said.stretch(side)}"
        yield f"- {name}, {plain(side.name)}: {plain(told)}"


def _caveats(found: Comparison) -> Iterator[str]:
    yield from _bullets([said.caveat(caveat) for caveat in found.caveats])


def _figures(found: Comparison) -> Iterator[str]:
    yield from _header("", *_HEAD)
    for subject in found.subjects[:_MOST_SUBJECTS]:
        for measure in subject.measures:
            yield row(plain(f"{_name(subject)}: {said.MEASURES[measure.name]}"), *_cells(measure))
    more = len(found.subjects) - _MOST_SUBJECTS
    if more > 0:
        yield f"\nand {more} more: `--format csv`"


def _name(subject: Subject) -> str:
    return subject.name if subject.kind == "all" else f"{subject.kind} {subject.name}"


def _cells(measure: Measure) -> list[str]:
    return [
        said.figure(measure.name, measure.base),
        said.figure(measure.name, measure.case),
        said.change(measure),
        said.interval(measure),
        measure.standing or "not comparable",
    ]


def _shares(found: Comparison) -> Iterator[str]:
    for pool in found.pools:
        yield f"{plain(said.moved(pool))} ({p_clause(pool.p_value)})."
        for told in said.algorithms(pool):
            yield f"\n{plain(told)}"
        yield ""
        yield from _servers(pool)
        yield ""


def _servers(pool: PoolPair) -> Iterator[str]:
    yield from _header("server", *_HEAD, "intended", "configured")
    for share in pool.servers:
        intended = said.both(share.base_intended, share.case_intended)
        configured = said.both(share.base_configured, share.case_configured)
        yield row(code(share.server), *_cells(share.observed), intended, configured)


def _standings(found: Comparison) -> Iterator[str]:
    yield from _header("hypothesis", "base", "", "case", "")
    for one in found.standings:
        yield row(
            one.component, said.status(one.base_status), confidence(one.base_confidence),
            said.status(one.case_status), confidence(one.case_confidence),
        )  # fmt: skip


def _said(found: Comparison) -> Iterator[str]:
    if found.said:
        yield from _header("kind", "role", "base", "case", "message", "event")
    for one in found.said:
        event = code(one.event) if one.event else ""
        yield row(one.kind, one.role, f"{one.base:,}", f"{one.case:,}", code(one.shape), event)
    if found.unsaid:
        yield f"\n{found.unsaid:,} rarer kinds were not compared."


def _quality(found: Comparison) -> Iterator[str]:
    yield from _header("", "base", "case")
    for fact in found.quality:
        yield row(fact.name, *(plain(said.fact_value(fact, s)) for s in ("base", "case")))
