"""From two cases to a Comparison: both investigations, both stretches, then what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from logsleuth import __version__
from logsleuth.analyses import comparable, contrasts, directives, said_apart
from logsleuth.analyses.measured import measure
from logsleuth.compared import Comparison, Side, Standings
from logsleuth.investigation import investigate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.measured import Measured
    from logsleuth.case.store import Case
    from logsleuth.model import Investigation


def compare(
    cases: tuple[Case, Case],
    names: tuple[str, str],
    problems: tuple[Sequence[str], Sequence[str]] = ((), ()),
    *,
    whole: bool = False,
) -> Comparison:
    """Put two cases side by side.

    Args:
        cases: base and case, both open for as long as this takes.
        names: how they were named.
        problems: what went wrong in reading each.
        whole: hold all requests of both against each other, not only those of their incidents.
    """
    sides, measured = zip(
        *(_side(*given, whole=whole) for given in zip(cases, names, problems, strict=True)),
        strict=True,
    )
    return _told(cases, sides, measured)


def _side(case: Case, name: str, problems: Sequence[str], *, whole: bool) -> tuple[Side, Measured]:
    found = investigate(case)
    found = replace(found, warnings=tuple(dict.fromkeys((*problems, *found.warnings))))
    measured = measure(case, None if whole else found.incident)
    return Side(name, found, measured.stretch), measured


def _told(
    cases: tuple[Case, Case], sides: tuple[Side, Side], measured: tuple[Measured, Measured]
) -> Comparison:
    base, case = measured
    facts = tuple(comparable.quality(cases, sides, measured))
    differing = directives.differing(*cases)
    said, unsaid = said_apart.differing(*cases, *measured)
    apart = contrasts.apart(base, case)
    return Comparison(
        base=sides[0],
        case=sides[1],
        caveats=comparable.caveats(sides, measured, facts, directives.sides(*cases), apart),
        quality=facts,
        subjects=contrasts.subjects(base, case, comparable.told_durations(measured)),
        pools=contrasts.pools(base, case, sides[0].found.pools, sides[1].found.pools),
        directives=differing or (),
        said=said,
        standings=_standings(sides[0].found, sides[1].found),
        version=__version__,
        unsaid=unsaid,
    )


def _standings(base: Investigation, case: Investigation) -> tuple[Standings, ...]:
    pairs = zip(base.hypotheses, case.hypotheses, strict=True)
    return tuple(
        Standings(
            one.component, one.status, one.confidence, one.summary,
            other.status, other.confidence, other.summary,
        )
        for one, other in pairs
    )  # fmt: skip
