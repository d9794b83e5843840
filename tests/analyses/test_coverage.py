"""What is said of evidence that is whole, silent, cut, sampled, or without a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import coverage_account
from logsleuth.analyses.coverage_spans import Log, lost
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.coverage_fact import Fact
    from logsleuth.case.store import Case


def told(case: Case) -> dict[tuple[str, str], Fact]:
    return {(fact.layer, fact.fact): fact for fact in coverage_account.account(case)}


def busy(scene: Scene) -> Scene:
    """A database that logs four statements a second."""
    for at in np.arange(0, 118, 0.25).tolist():
        scene.statement(at, "select 1", 0.08)
    return scene


def test_whole_evidence_warns_of_nothing(case_of: Callable[[Scene], Case]) -> None:
    scene = busy(Scene())
    scene.applications()
    found = told(case_of(scene))
    assert not [fact for fact in found.values() if fact.warns]
    assert found["balancer", "names its server"].value == 1.0
    assert found["balancer", "shares of servers, retries, ejection"].value == "can be claimed"
    assert found["balancer", "requests that an application tells of"].value == 1.0
    assert found["database", "fastest logged, s"].value == 0.08
    assert "a request id in its lines would tell" in found["database", "clock_offset_s"].means


def test_a_silence_is_told_with_what_was_to_be_expected(case_of: Callable[[Scene], Case]) -> None:
    scene = busy(Scene())
    scene.lines = [line for line in scene.lines if not 40 < line["said_at"] < 103]
    case = case_of(scene)
    fact = told(case)["database", "silence"]
    assert fact.warns
    assert "silent 2026-03-01 10:00:4" in fact.means
    assert "where about 25" in fact.means
    assert [w for w in coverage_account.warnings(case) if "database.log: silent" in w]


def test_few_lines_are_no_silence(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.checkpoints(25.0)
    assert ("database", "silence") not in told(case_of(scene))


def test_a_sampled_log_is_told_of(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.applications()
    scene.lines = scene.lines[::4]
    case = case_of(scene)
    fact = told(case)["balancer", "requests that an application tells of"]
    assert isinstance(fact.value, float)
    assert fact.value == pytest.approx(0.25, abs=0.01)
    assert fact.warns
    assert any("sampled or incomplete" in warning for warning in coverage_account.warnings(case))


def test_what_lacks_is_told_with_how_to_log_it(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(product="nginx-access")
    scene.server[:] = ""
    found = told(case_of(scene))
    assert found["balancer", "names its server"].means == "add $upstream_addr to log_format"
    claim = found["balancer", "shares of servers, retries, ejection"]
    assert claim.value == "can't be claimed"
    assert "$upstream_addr" in claim.means
    assert found["database", "slow statements"].value == "can't be claimed"


def part(path: str, since: float, until: float, events: int = 600) -> Log:
    return Log(1, path, "balancer", "nginx-access", events, BEGIN + since, BEGIN + until, 1.0,
               None, None, False, True)  # fmt: skip


@pytest.mark.parametrize(
    ("names", "began", "missing"),
    [
        (("access.log.1", "access.log"), 601.0, False),
        (("access.log.2.gz", "access.log"), 900.0, True),
        (("access.log-20260301.gz", "access.log"), 900.0, True),
        (("access-1.log", "access-2.log"), 900.0, False),
    ],
)
def test_parts_of_a_rotated_log_that_do_not_meet(
    names: tuple[str, str], began: float, missing: bool
) -> None:
    facts = list(lost([part(names[1], began, 1500), part(names[0], 0, 600)]))
    assert bool(facts) == missing
    assert all(fact.warns and fact.subject == "access.log" for fact in facts)


def test_logs_of_other_instances_are_no_family() -> None:
    families = {part(f"app/app-{n}.log.gz", 0, 1).family for n in range(3)}
    assert families == {f"app/app-{n}.log" for n in range(3)}


def test_an_instance_that_was_asked_for_nothing_is_not_warned_of(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(seconds=240)
    scene.give(scene.between(100, 160) & scene.on("web-2"), {"web-1": 1, "web-3": 1})
    scene.applications()
    scene.lines = [line for line in scene.lines if line.get("instance") == "web-2"]
    fact = told(case_of(scene))["application", "silence"]
    assert "were to be expected" in fact.means
    assert not fact.warns
