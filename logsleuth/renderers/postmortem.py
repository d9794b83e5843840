"""A postmortem as a draft in Markdown: what the evidence tells, and room for what people know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from logsleuth.renderers import attributed, judged, noted, story
from logsleuth.renderers.marked import code, fenced, plain, row
from logsleuth.renderers.wording import (
    UNKNOWN,
    confidence,
    count,
    counted,
    moment,
    percent,
    seconds,
    utc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logsleuth.model import Check, CitedEvent, Hypothesis, Incident, Investigation, Moment

TO_FILL_IN: Final = "_to fill in_"
_MOST_MOMENTS: Final = 60
_MOST_LINES: Final = 40
_FEW_CHECKS: Final = 5
_FEW_NOTES: Final = 3
_BEFORE_THE_END: Final = timedelta(minutes=15)


def render(investigation: Investigation) -> str:
    """Return the draft, in the order in which postmortems are written."""
    parts = [
        f"# Postmortem: {plain(story.headline(investigation))}",
        f"> A draft by logsleuth {plain(investigation.version)}, from the evidence alone, in UTC. "
        f"What is {TO_FILL_IN} is for people. An id such as `3f9a1c44d1e8:1042` leads to its line: "
        "`logsleuth show ID`.",
        _bullets(["Status: draft", f"Authors: {TO_FILL_IN}", f"Reviewed by: {TO_FILL_IN}"]),
    ]
    sections = {
        "Summary": _summary(investigation),
        "Impact": _impact(investigation),
        "Root cause": _root_cause(investigation),
        "Trigger": _trigger(investigation),
        "Detection": _detection(investigation),
        "Resolution": _resolution(investigation),
        "Timeline": _timeline(investigation),
        "What went well": [_bullets([TO_FILL_IN])],
        "What went badly": _badly(investigation),
        "Action items": _actions(),
        "Corrective measures proposed": _measures(investigation),
        "Evidence": _evidence(investigation),
        "How to reproduce": _commands(investigation),
    }
    for title, paragraphs in sections.items():
        parts += [f"## {title}", *paragraphs]
    return "\n\n".join(part for part in parts if part) + "\n"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _ids(events: Sequence[str]) -> str:
    return f" ({', '.join(code(event) for event in events)})" if events else ""


def _summary(investigation: Investigation) -> Iterator[str]:
    incident, cause = investigation.incident, investigation.root_cause
    if incident is None:
        yield f"No incident was found. Examined: {plain(story.examined(investigation))}."
        return
    what = _sentence(story.headline(investigation))
    yield (
        f"From {moment(incident.onset)} ({_until(incident)}), {percent(incident.failure_rate)} of "
        f"{counted(incident.requests, 'request')} failed. {what}"
    )
    if cause is not None:
        cleared = [h.component for h in investigation.hypotheses if h.status == "ruled-out"]
        ruled = f" Ruled out: {', '.join(cleared)}." if cleared else ""
        yield f"Confidence in the cause: {confidence(cause.confidence)}.{ruled}"


def _sentence(text: str) -> str:
    return plain(f"{text[:1].upper()}{text[1:].rstrip('.')}.")


def _until(incident: Incident) -> str:
    if incident.ended is None:
        return "not over when the evidence ends"
    return f"until {moment(incident.ended)}, {story.lasted(incident)}"


def _impact(investigation: Investigation) -> Iterator[str]:
    incident = investigation.incident
    told: list[str] = []
    if incident is not None:
        told += [
            f"Failed requests: {count(incident.failed)} of {count(incident.requests)}, "
            f"{percent(incident.failure_rate)}; before, {percent(incident.baseline_failure_rate)}",
            f"95th percentile of latency: {seconds(incident.latency_p95_s)}; before, "
            f"{seconds(incident.baseline_latency_p95_s)}",
        ]
        told += [f"Held by {plain(sentence)}" for sentence in attributed.holders(investigation)]
    if investigation.counterfactual is not None:
        told.append(f"Probably {plain(attributed.otherwise(investigation))}")
    yield _bullets([*told, f"Users, promises (SLO) and money: {TO_FILL_IN}"])


def _root_cause(investigation: Investigation) -> Iterator[str]:
    cause = investigation.root_cause
    if cause is None:
        yield "No incident, no cause."
        return
    named = " › ".join(plain(part) for part in (cause.component, cause.fault) if part)
    target = f", {code(cause.target)}" if cause.target else ""
    yield f"**{named}**{target}, with a confidence of {confidence(cause.confidence)}."
    book = investigation.runbook
    if book is not None:
        yield f"{book.title} {book.what}"
    for hypothesis in investigation.hypotheses:
        yield _standing(hypothesis)


def _standing(hypothesis: Hypothesis) -> str:
    status = hypothesis.status.replace("-", " ")
    lines = [f"**{hypothesis.component}: {status}.** {plain(hypothesis.summary)}", ""]
    side = {"implicated": "for", "ruled-out": "against"}.get(hypothesis.status)
    lines += [f"- {_told(check)}" for check in _loudest(hypothesis, side)]
    if hypothesis.status == "inconclusive":
        lines += [f"- Would decide it: {plain(need)}" for need in hypothesis.would_decide]
    return "\n".join(lines).rstrip()


def _loudest(hypothesis: Hypothesis, side: str | None) -> list[Check]:
    checks = [check for check in hypothesis.checks if check.outcome == side]
    return sorted(checks, key=lambda check: not check.evidence)[:_FEW_CHECKS]


def _told(check: Check) -> str:
    return f"{plain(check.explanation)}{_ids(check.evidence)}"


def _trigger(investigation: Investigation) -> Iterator[str]:
    guilty = [one for one in investigation.changes if one.verdict == "guilty"]
    undecided = [one for one in investigation.changes if one.verdict == "undecided"]
    if not guilty:
        yield f"No change in the evidence is shown to have done it: {TO_FILL_IN}"
    told = [
        f"{moment(one.ts)}: {one.verdict}: {plain(judged.named(one))} – {plain(one.why)}"
        f"{_ids(one.evidence)}"
        for one in (*guilty, *undecided)
    ]
    yield _bullets(told)


def _detection(investigation: Investigation) -> Iterator[str]:
    incident = investigation.incident
    told: list[str] = []
    if incident is not None:
        first = [m for m in investigation.timeline if m.kind == "onset"]
        events = _ids(first[0].evidence) if first else ""
        told.append(f"The first request that went badly: {moment(incident.onset)}{events}")
    told += [
        f"The first words of it: {moment(one.ts)}, {plain(one.title)}{_ids(one.evidence)}"
        for one in _after_onset(investigation)[:1]
    ]
    told += [
        f"{noted.MARK.capitalize()}: {moment(one.ts)}, {plain(one.title)}"
        for one in noted.notes(investigation)
        if incident is not None and utc(one.ts) >= utc(incident.onset)
    ][:_FEW_NOTES]
    yield _bullets([*told, f"How and when people learnt of it: {TO_FILL_IN}"])


def _after_onset(investigation: Investigation) -> list[Moment]:
    incident = investigation.incident
    kinds = {"words", "message", "symptom"}
    return [
        one
        for one in investigation.timeline
        if incident is not None and one.kind in kinds and utc(one.ts) >= utc(incident.onset)
    ]


def _resolution(investigation: Investigation) -> Iterator[str]:
    incident = investigation.incident
    told: list[str] = []
    if incident is not None and incident.ended is not None:
        ended = utc(incident.ended)
        told.append(f"Back at the baseline: {moment(ended)}, after {story.lasted(incident)}")
        told += [
            f"Shortly before: {moment(one.ts)}, {plain(one.title)}{_ids(one.evidence)}"
            for one in investigation.timeline
            if one.kind in {"change", "reload", "deploy", "note"}
            and max(utc(incident.onset), ended - _BEFORE_THE_END) < utc(one.ts) <= ended
        ]
    elif incident is not None:
        told.append("Not over when the evidence ends")
    yield _bullets([*told, f"What was done, by whom: {TO_FILL_IN}"])
    book = investigation.runbook
    if book is not None:
        yield "The runbook’s way, the safest first:"
        yield "\n".join(f"{place}. {step.text}" for place, step in enumerate(book.resolve, 1))


def _timeline(investigation: Investigation) -> Iterator[str]:
    moments = [
        one
        for place, one in enumerate(investigation.timeline)
        if place < _MOST_MOMENTS or one.component == noted.PEOPLE
    ]
    lines = [row("Time, UTC", "Component", "What", "Evidence"), row("---", "---", "---", "---")]
    for one in moments:
        whose = noted.MARK if one.component == noted.PEOPLE else plain(one.component)
        events = " ".join(code(event) for event in one.evidence)
        lines.append(row(moment(one.ts), whose, plain(one.title), events))
    lines.append(row(TO_FILL_IN, "", "paged, escalated, rolled back", ""))
    yield "\n".join(lines)
    left = len(investigation.timeline) - len(moments)
    if left:
        yield f"{counted(left, 'later moment')} left out: `logsleuth timeline` has them."


def _badly(investigation: Investigation) -> Iterator[str]:
    yield _bullets([TO_FILL_IN])
    if investigation.warnings:
        yield "What the evidence lacked:"
        yield _bullets(plain(warning) for warning in investigation.warnings[:_MOST_LINES])


def _actions() -> Iterator[str]:
    lines = [row("Action", "Kind", "Owner", "Due"), row("---", "---", "---", "---")]
    kinds = ("prevent", "detect earlier", "resolve faster")
    yield "\n".join([*lines, *(row(TO_FILL_IN, kind, "", "") for kind in kinds)])


def _measures(investigation: Investigation) -> Iterator[str]:
    book = investigation.runbook
    if book is None:
        yield f"No fault is named, so none is proposed: {TO_FILL_IN}"
        return
    yield f"From the runbook of {code(book.fault)}, to be judged by people:"
    for place, step in enumerate(book.prevent, 1):
        yield f"{place}. {step.text}"
        if step.code:
            yield "\n".join(f"   {line}".rstrip() for line in fenced(step.code).splitlines())


def _evidence(investigation: Investigation) -> Iterator[str]:
    shown = investigation.cited[:_MOST_LINES]
    if not shown:
        yield "No line is cited."
    for event in shown:
        yield _line(event)
    left = len(investigation.cited) - len(shown)
    if left:
        yield f"{counted(left, 'more line')}: `logsleuth report` has them."


def _line(event: CitedEvent) -> str:
    when = UNKNOWN if event.ts is None else moment(event.ts)
    place = f"{event.path}:{event.line}"
    return f"{code(event.event_id)} {code(place)} {when}\n\n{fenced(event.text)}"


def _commands(investigation: Investigation) -> Iterator[str]:
    yield fenced("\n".join(command.line for command in story.commands(investigation)))
