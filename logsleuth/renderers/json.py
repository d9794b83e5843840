"""The contract, key for key: the one module that knows how the document is spelt as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from logsleuth.renderers.numbers import database_totals
from logsleuth.renderers.primitives import number as _number
from logsleuth.renderers.primitives import text as _text
from logsleuth.renderers.primitives import texts as _texts
from logsleuth.renderers.primitives import time as _time

if TYPE_CHECKING:
    from logsleuth.model import (
        Attribution,
        Check,
        CitedEvent,
        Clock,
        Counterfactual,
        FaultStanding,
        Hypothesis,
        Incident,
        Interval,
        Investigation,
        JudgedChange,
        Message,
        Moment,
        Pool,
        RootCause,
        Runbook,
        RunbookNote,
        RunbookStep,
        Segment,
        SelectionSeen,
        ServerShare,
        ServerTime,
        Source,
        Waterfall,
        WhereTime,
    )

SCHEMA: Final = "logsleuth.investigation/1"
_COUNTS: Final = ("lines", "events", "continuation", "rejected", "blank")


def document(investigation: Investigation) -> dict[str, Any]:
    """Return the investigation under the contract's key names."""
    incident, cause = investigation.incident, investigation.root_cause
    otherwise = investigation.counterfactual
    return {
        "schema": SCHEMA,
        "version": _text(investigation.version),
        "evidence": _evidence(investigation),
        "incident": None if incident is None else _incident(incident),
        "root_cause": None if cause is None else _root_cause(cause),
        "hypotheses": [_hypothesis(hypothesis) for hypothesis in investigation.hypotheses],
        "pools": [_pool(pool) for pool in investigation.pools],
        "attribution": [_attribution(value) for value in investigation.attribution],
        "counterfactual": None if otherwise is None else _counterfactual(otherwise),
        "messages": [_message(message) for message in investigation.messages],
        "changes": [_judged(change) for change in investigation.changes],
        "timeline": [_moment(moment) for moment in investigation.timeline],
        "cited": [_cited(event) for event in investigation.cited],
        "runbook": None if investigation.runbook is None else runbook(investigation.runbook),
        "clocks": [_clock(clock) for clock in investigation.clocks],
        "warnings": _texts(investigation.warnings),
        "where_time": _where_time(investigation.where_time),
        "waterfalls": [waterfall(one) for one in investigation.waterfalls],
        "database": database_totals(investigation.series.database),
    }


def dumps(investigation: Investigation) -> str:
    """Return the document as JSON text in ASCII: safe on any terminal and in any encoding."""
    return json.dumps(document(investigation), indent=2, allow_nan=False) + "\n"


def _evidence(investigation: Investigation) -> dict[str, Any]:
    sources = [_source(source) for source in investigation.sources]
    return {"sources": sources, **{count: investigation.total(count) for count in _COUNTS}}


def _source(source: Source) -> dict[str, Any]:
    return {
        "path": _text(source.path),
        "format": _text(source.format),
        "role": _text(source.role),
        **{count: getattr(source, count) for count in _COUNTS},
        "bytes": source.bytes,
        "sha256": _text(source.sha256),
        "from": _time(source.since),
        "to": _time(source.until),
        "zone": _text(source.zone),
    }


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "path": _text(clock.path),
        "offset_s": _number(clock.offset_s),
        "low_s": _number(clock.low_s),
        "high_s": _number(clock.high_s),
        "pairs": clock.pairs,
        "drift_s": _number(clock.drift_s),
        "zone_error_s": clock.zone_error_s,
        "basis": _text(clock.basis),
        "corrected": clock.corrected,
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "onset": _time(incident.onset),
        "onset_earliest": _time(incident.onset_earliest),
        "onset_latest": _time(incident.onset_latest),
        "end": _time(incident.ended),
        "measure": _text(incident.measure),
        "requests": incident.requests,
        "failed": incident.failed,
        "failure_rate": _number(incident.failure_rate),
        "baseline_failure_rate": _number(incident.baseline_failure_rate),
        "latency_p95_s": _number(incident.latency_p95_s),
        "baseline_latency_p95_s": _number(incident.baseline_latency_p95_s),
    }


def _root_cause(cause: RootCause) -> dict[str, Any]:
    return {
        "component": _text(cause.component),
        "fault": _text(cause.fault),
        "target": _text(cause.target),
        "confidence": _number(cause.confidence),
        "summary": _text(cause.summary),
    }


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    return {
        "component": hypothesis.component,
        "status": hypothesis.status,
        "confidence": _number(hypothesis.confidence),
        "summary": _text(hypothesis.summary),
        "checks": [_check(check) for check in hypothesis.checks],
        "faults": [_standing(standing) for standing in hypothesis.faults],
        "would_decide": _texts(hypothesis.would_decide),
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": _text(check.name),
        "outcome": check.outcome,
        "family": _text(check.family),
        "fault": _text(check.fault),
        "statistic": _number(check.statistic),
        "p_value": _number(check.p_value),
        "effect": _number(check.effect),
        "interval": _interval(check.interval),
        "margin": _interval(check.margin),
        "explanation": _text(check.explanation),
        "query": _text(check.query),
        "evidence": _texts(check.evidence),
    }


def _standing(standing: FaultStanding) -> dict[str, Any]:
    return {
        "fault": _text(standing.fault),
        "target": _text(standing.target),
        "score": _number(standing.score),
        "summary": _text(standing.summary),
    }


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "pool": _text(pool.pool),
        "skewed": pool.skewed,
        "from": _time(pool.since),
        "to": _time(pool.until),
        "algorithm": _text(pool.algorithm),
        "selection": _selection(pool.selection),
        "disagrees": _texts(pool.disagrees),
        "configuration_line": _text(pool.configuration_line),
        "expected_from": pool.expected_from,
        "p_value": _number(pool.p_value),
        "effect": _number(pool.effect),
        "servers": [_server(server) for server in pool.servers],
    }


def _selection(seen: SelectionSeen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "before": _text(seen.before),
        "during": _text(seen.during),
        "because": _text(seen.because),
        "as_configured": seen.as_configured,
        "changed": seen.changed,
    }


def _server(server: ServerShare) -> dict[str, Any]:
    return {
        "server": _text(server.server),
        "requests": server.requests,
        "expected_share": _number(server.expected_share),
        "observed_share": _number(server.observed_share),
        "configured_share": _number(server.configured_share),
        "baseline_share": _number(server.baseline_share),
        "eligible_share": _number(server.eligible_share),
        "failure_rate": _number(server.failure_rate),
        "latency_p95_s": _number(server.latency_p95_s),
    }


def _attribution(value: Attribution) -> dict[str, Any]:
    return {
        "dimension": _text(value.dimension),
        "value": _text(value.value),
        "told_by": value.told_by,
        "requests": value.requests,
        "bad": value.bad,
        "rate": _number(value.rate),
        "baseline_rate": _number(value.baseline_rate),
        "others_rate": _number(value.others_rate),
        "share_of_requests": _number(value.share_of_requests),
        "baseline_share_of_requests": _number(value.baseline_share_of_requests),
        "lift": _number(value.lift),
        "excess_share": _number(value.excess_share),
        "interval": _interval(value.interval),
        "p_value": _number(value.p_value),
        "leading": value.leading,
        "rides_on": _text(value.rides_on),
        "same_as": _texts(value.same_as),
        "query": _text(value.query),
    }


def _counterfactual(otherwise: Counterfactual) -> dict[str, Any]:
    return {
        "pool": _text(otherwise.pool),
        "expected_from": otherwise.expected_from,
        "observed": otherwise.observed,
        "prevented_low": _number(otherwise.prevented_low),
        "prevented": _number(otherwise.prevented),
        "prevented_high": _number(otherwise.prevented_high),
        "interval": _interval(otherwise.interval),
        "assumptions": _texts(otherwise.assumptions),
        "query": _text(otherwise.query),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "role": _text(message.role),
        "shape": _text(message.shape),
        "level": _text(message.level),
        "kind": message.kind,
        "position": message.position,
        "before": message.before,
        "during": message.during,
        "instances": message.instances,
        "ratio": _number(message.ratio),
        "interval": _interval(message.interval),
        "p_value": _number(message.p_value),
        "first": _time(message.first),
        "event": _text(message.event),
        "text": _text(message.text),
        "query": _text(message.query),
    }


def _judged(change: JudgedChange) -> dict[str, Any]:
    return {
        "at": _time(change.ts),
        "until": _time(change.until),
        "kind": change.kind,
        "name": _text(change.name),
        "component": change.component,
        "verdict": change.verdict,
        "why": _text(change.why),
        "count": change.count,
        "would_decide": _text(change.would_decide),
        "evidence": _texts(change.evidence),
        "query": _text(change.query),
    }


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "at": _time(moment.ts),
        "kind": _text(moment.kind),
        "component": _text(moment.component),
        "title": _text(moment.title),
        "evidence": _texts(moment.evidence),
    }


def _cited(event: CitedEvent) -> dict[str, Any]:
    return {
        "event_id": _text(event.event_id),
        "path": _text(event.path),
        "line": event.line,
        "at": _time(event.ts),
        "text": _text(event.text),
        "before": _texts(event.before),
        "after": _texts(event.after),
    }


def runbook(book: Runbook) -> dict[str, Any]:
    """Return a runbook as the document has it."""
    return {
        "fault": _text(book.fault),
        "component": book.component,
        "title": _text(book.title),
        "what": _text(book.what),
        "shows": [_note(note) for note in book.shows],
        "lookalikes": [_note(note) for note in book.lookalikes],
        "confirm": [_step(step) for step in book.confirm],
        "resolve": [_step(step) for step in book.resolve],
        "prevent": [_step(step) for step in book.prevent],
    }


def _note(note: RunbookNote) -> dict[str, Any]:
    return {"about": _text(note.about), "text": _text(note.text)}


def _step(step: RunbookStep) -> dict[str, Any]:
    return {"text": _text(step.text), "code": _text(step.code)}


def _where_time(where: WhereTime | None) -> dict[str, Any] | None:
    if where is None:
        return None
    return {"servers": [_server_time(one) for one in where.servers], "query": _text(where.query)}


def _server_time(one: ServerTime) -> dict[str, Any]:
    return {
        "server": _text(one.server),
        "instances": _texts(one.instances),
        "before_matched": _number(one.before_matched),
        "during_matched": _number(one.during_matched),
        "parts": [
            {
                "part": _text(part.part),
                "before_median_s": _number(part.before_median_s),
                "before_p95_s": _number(part.before_p95_s),
                "during_median_s": _number(part.during_median_s),
                "during_p95_s": _number(part.during_p95_s),
            }
            for part in one.parts
        ],
    }


def waterfall(one: Waterfall) -> dict[str, Any]:
    """Return one request through all layers under the document's key names."""
    return {
        "why": _text(one.why),
        "event": _text(one.event),
        "at": _time(one.started),
        "method": _text(one.method),
        "path": _text(one.path),
        "status": one.status,
        "server": _text(one.server),
        "request_id": _text(one.request_id),
        "duration_s": _number(one.duration_s),
        "failed": one.failed,
        "segments": [_segment(segment) for segment in one.segments],
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "part": segment.part,
        "label": _text(segment.label),
        "depth": segment.depth,
        "start_s": _number(segment.start_s),
        "took_s": _number(segment.took_s),
        "basis": segment.basis,
        "confidence": _number(segment.confidence),
        "note": _text(segment.note),
        "evidence": _text(segment.event),
    }


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    low, high, level = interval.low, interval.high, interval.level
    return {"low": _number(low), "high": _number(high), "level": _number(level)}
