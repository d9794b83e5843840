"""From a case to an Investigation: evidence, window, faults, verdict, in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth import __version__, corroboration, runbooks, verdict
from logsleuth.analyses import (
    attribution,
    calm_pools,
    clocks,
    counterfactual,
    coverage,
    documents,
    doubts,
    examples,
    judgements,
    messages,
    series,
    timeline,
)
from logsleuth.analyses.facts import Calm, gather
from logsleuth.case import notes
from logsleuth.case.show import Quoted, quote
from logsleuth.faults import FAULTS
from logsleuth.model import CitedEvent, Investigation, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from logsleuth.case.store import Case
    from logsleuth.model import DatabaseLog, Hypothesis, JudgedChange, Message, Waterfall

_SLIGHT: Final = (
    "what went badly is too little for an incident by itself; it is taken for one because words of"
    " that time, or the number of requests, attest its cause"
)


def investigate(case: Case) -> Investigation:
    """Tell the whole story of a case: what happened, who did it, who did not, and the evidence."""
    facts, slight = gather(case), False
    if isinstance(facts, Calm):
        doubted = doubts.find(case, facts)
        attested = corroboration.attested(case, facts, doubted)
        if attested is None:
            return _calm(case, facts, [doubt.told for doubt in doubted])
        facts, slight = attested, True
    standing = verdict.ranked([found for fault in FAULTS for found in fault.examine(facts)])
    root = verdict.root_cause(standing)
    judged = judgements.examine(facts, root, verdict.reasons(standing, root))
    hypotheses = verdict.hypotheses(standing, root, verdict.exonerations(facts, judged))
    said = messages.examine(facts)
    moments = _with_messages(judged.told(timeline.build(facts, root)), said)
    moments = _with_notes(case, moments)
    drawn = series.build(case, facts.traffic, facts.lost, facts.during)
    pools = documents.pools(facts, verdict.skewed_pools(standing))
    waterfalls = examples.waterfalls(facts)
    return Investigation(
        sources=coverage.sources(case),
        incident=documents.incident(facts),
        root_cause=root,
        hypotheses=hypotheses,
        pools=pools,
        timeline=moments,
        warnings=(*([_SLIGHT] if slight else []), *coverage.warnings(case, facts.window)),
        series=drawn,
        cited=_cited(case, hypotheses, moments, waterfalls, judged.changes, drawn.database),
        version=__version__,
        runbook=runbooks.find(root.fault) if root.fault else None,
        clocks=clocks.read(case),
        attribution=attribution.examine(facts),
        messages=said,
        counterfactual=counterfactual.examine(facts, root, pools),
        where_time=examples.where_time(facts),
        waterfalls=waterfalls,
        changes=judged.changes,
    )


def _calm(case: Case, calm: Calm, doubted: Sequence[str]) -> Investigation:
    judged = judgements.without_incident(calm)
    moments = _with_notes(case, judged.told(timeline.changes(calm.changes, None)))
    waterfalls = examples.calm_waterfalls(case, calm.traffic)
    drawn = series.build(case, calm.traffic, calm.badness.failed)
    return Investigation(
        sources=coverage.sources(case),
        incident=None,
        root_cause=None,
        hypotheses=verdict.without_incident(coverage.roles(case), len(calm.traffic), doubted),
        pools=calm_pools.describe(case, calm),
        timeline=moments,
        warnings=(*_stirred(calm), *coverage.warnings(case)),
        series=drawn,
        cited=_cited(case, (), moments, waterfalls, judged.changes, drawn.database),
        version=__version__,
        clocks=clocks.read(case),
        waterfalls=waterfalls,
        changes=judged.changes,
    )


def _stirred(calm: Calm) -> tuple[str, ...]:
    return () if calm.unrest is None else (f"no incident, but {calm.unrest.told}",)


def _with_messages(told: Sequence[Moment], said: Sequence[Message]) -> tuple[Moment, ...]:
    found = [*told, *messages.moments(said, told)]
    return tuple(sorted(found, key=lambda m: (m.ts, m.kind, m.title)))


def _with_notes(case: Case, told: Sequence[Moment]) -> tuple[Moment, ...]:
    """Add what people noted themselves, marked as theirs."""
    noted = [Moment(note.ts, "note", "people", note.text) for note in notes.read(case)]
    return tuple(sorted([*told, *noted], key=lambda m: (m.ts, m.kind, m.title)))


def _cited(
    case: Case,
    hypotheses: Sequence[Hypothesis],
    moments: Sequence[Moment],
    waterfalls: Sequence[Waterfall],
    judged: Sequence[JudgedChange],
    database: DatabaseLog | None,
) -> tuple[CitedEvent, ...]:
    """Every event that the document names, once, with its line as it was written."""
    named = [e for h in hypotheses for c in h.checks for e in c.evidence]
    named += [e for moment in moments for e in moment.evidence]
    named += [s.event for one in waterfalls for s in one.segments if s.event is not None]
    named += [e for change in judged for e in change.evidence]
    if database is not None:
        named += [one.longest for one in database.statements if one.longest is not None]
        named += [one.first for one in database.words if one.first is not None]
    ids = list(dict.fromkeys(named))
    texts = quote(case, ids)
    places = documents.places(case, ids)
    nothing = Quoted("")
    return tuple(
        CitedEvent(i, *places[i], told.text, told.before, told.after)
        for i in _in_order(ids, places)
        for told in [texts.get(i, nothing)]
    )


def _in_order(ids: Iterable[str], places: Mapping[str, tuple[str, int, object]]) -> list[str]:
    known = [i for i in ids if i in places]
    return sorted(known, key=lambda i: (places[i][0], places[i][1], i))
