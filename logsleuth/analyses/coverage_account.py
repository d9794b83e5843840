"""All that is to be said of the evidence, layer by layer: what it covers and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses import clocks, coverage_claims, coverage_fields, coverage_spans
from logsleuth.analyses.coverage_fact import Fact
from logsleuth.analyses.database import SLACK_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.store import Case
    from logsleuth.model import Clock

_LAYERS = ("balancer", "application", "database", "client", "change", "system")

_COMPARED = ("application", "database")
_UNKNOWN = (
    "no request is known that it and the balancer's log have both; its clock is taken to be right"
    f" to {SLACK_S:.0f} s: a request id in its lines would tell"
)


def account(case: Case) -> tuple[Fact, ...]:
    """Every fact about the evidence, by layer: its logs first, then requests, then claims."""
    found = [*_logs(case), *coverage_fields.fields(case), *coverage_fields.joined(case),
             *coverage_claims.claims(case)]  # fmt: skip
    return tuple(sorted(found, key=lambda fact: _LAYERS.index(fact.layer)))


def _logs(case: Case) -> Iterator[Fact]:
    logs = coverage_spans.logs(case)
    roles = {one.path: one.role for one in logs}
    for one in logs:
        yield from coverage_spans.told(one)
        yield from coverage_spans.repeated(one)
    held = {clock.path: clock for clock in clocks.read(case)}
    for path, clock in held.items():
        yield Fact(roles[path], path, "clock_offset_s", clock.offset_s, _clock(clock))
    for path, role in roles.items():
        if role in _COMPARED and path not in held:
            yield Fact(role, path, "clock_offset_s", None, _UNKNOWN)
    yield from coverage_spans.silences(case, logs)
    yield from coverage_spans.lost(logs)


def _clock(clock: Clock) -> str:
    low, high = (
        "unknown" if bound is None else f"{bound:+.3f}" for bound in (clock.low_s, clock.high_s)
    )
    done = "corrected" if clock.corrected else "left as it is"
    return f"{low} to {high} by {clock.pairs:,} pairs ({clock.basis}); {done}"


def warnings(case: Case) -> Iterator[str]:
    """What of it a reader should know before trusting the verdict."""
    logs = coverage_spans.logs(case)
    found = [fact for one in logs for fact in coverage_spans.repeated(one)]
    found += [*coverage_spans.silences(case, logs), *coverage_spans.lost(logs)]
    found += coverage_fields.joined(case)
    for fact in found:
        if fact.warns:
            yield f"{fact.subject if fact.subject != 'requests' else fact.fact}: {fact.means}"
