from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from logsleuth.analyses import coverage_spans, gaps
from logsleuth.analyses.coverage_spans import Log, Silence

if TYPE_CHECKING:
    from logsleuth.case.store import Case

NO_CASE = cast("Case", None)


def log(path: str, role: str, since: float, until: float, events: int = 1000) -> Log:
    return Log(1, path, role, "text", events, since, until, 0.001, None, None, False, True)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Log], list[Silence]]:
    """The logs and silences that the evidence has: a test adds them."""
    logs: list[Log] = []
    silent: list[Silence] = []
    monkeypatch.setattr(coverage_spans, "logs", lambda _case: tuple(logs))
    monkeypatch.setattr(coverage_spans, "stretches", lambda _case, _logs: iter(silent))
    return logs, silent


def test_a_silence_that_means_something_is_a_gap(
    told: tuple[list[Log], list[Silence]],
) -> None:
    logs, silent = told
    logs.append(log("app-1.log", "application", 0, 1000))
    silent += [
        Silence(logs[0], 300, 400, 100.0, known=True),
        Silence(logs[0], 500, 600, 100.0, known=False),
    ]
    (gap,) = gaps.find(NO_CASE, 0, 1000)
    assert (gap.path, gap.component, gap.expected) == ("app-1.log", "application", 100.0)
    assert gap.since == datetime.fromtimestamp(300, UTC)
    assert gap.until == datetime.fromtimestamp(400, UTC)


def test_what_no_log_of_a_component_reaches_is_a_gap(
    told: tuple[list[Log], list[Silence]],
) -> None:
    logs, _ = told
    logs += [
        log("app-1.log", "application", 200, 1000),
        log("app-2.log", "application", 500, 900),
        log("db.log", "database", 300, 1000, events=7),
        log("cron.log", "system", 900, 1000),
    ]
    found = gaps.find(NO_CASE, 0, 1000)
    # Seven lines in all that time: the next one may well be later.
    assert [(gap.path, gap.since.timestamp(), gap.until.timestamp()) for gap in found] == [
        ("app-1.log", 0, 200)
    ]
    assert found[0].expected == pytest.approx(250)


def test_a_sliver_is_none(told: tuple[list[Log], list[Silence]]) -> None:
    logs, _ = told
    logs.append(log("app-1.log", "application", 10, 1000, events=100_000))
    assert gaps.find(NO_CASE, 0, 1000) == ()
