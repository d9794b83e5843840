"""Where a component's logs tell nothing: silences, and what lies before or after them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from logsleuth.analyses import coverage_spans
from logsleuth.model import COMPONENTS, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.coverage_spans import Log
    from logsleuth.case.store import Case

# As for silences: a few lines less are chance.
_EXPECTED: Final = 20.0
# Of the time axis: what is narrower can't be seen.
_SEEN: Final = 0.02


def find(case: Case, since: float, until: float) -> tuple[Gap, ...]:
    """Give the gaps between two times in seconds, in order of component, path and time."""
    logs = coverage_spans.logs(case)
    found = [_silent(one) for one in coverage_spans.stretches(case, logs) if one.known]
    for component in COMPONENTS:
        found += _ends([one for one in logs if one.role == component], since, until)
    seen = [gap for gap in found if gap.component in COMPONENTS]
    return tuple(sorted(seen, key=lambda gap: (gap.component, gap.path, gap.since)))


def _silent(one: coverage_spans.Silence) -> Gap:
    return _gap(one.log, one.began, one.ended, one.expected)


def _ends(logs: Sequence[Log], since: float, until: float) -> Iterator[Gap]:
    """Give what none of a component's logs reaches, of what the balancer's do."""
    spans = [(o.since, o.until, o) for o in logs if o.since is not None and o.until is not None]
    if not spans:
        return
    _, _, first = min(spans, key=lambda span: (span[0], span[2].path))
    _, _, last = max(spans, key=lambda span: (span[1], span[2].path))
    for one, began, ended in (
        (first, since, first.since or since),
        (last, last.until or until, until),
    ):
        expected = _rate(one) * (ended - began)
        if ended - began >= _SEEN * (until - since) and expected >= _EXPECTED:
            yield _gap(one, began, ended, expected)


def _rate(one: Log) -> float:
    return one.events / max((one.until or 0.0) - (one.since or 0.0), 1.0)


def _gap(one: Log, began: float, ended: float, expected: float) -> Gap:
    times = [datetime.fromtimestamp(seconds, UTC) for seconds in (began, ended)]
    return Gap(one.path, one.role, times[0], times[1], round(expected, 1))
