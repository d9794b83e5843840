"""Words of a failing database beside a few failures are no accident; either alone is everyday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import accused, badness
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.case.store import Case

FULL = "FATAL: sorry, too many clients already"


def sampled(failing: int, said: int) -> Scene:
    """One request a second, of which a few fail in ten seconds while the database has no room."""
    scene = Scene(seconds=240, rate=2)
    scene.fail(np.flatnonzero(scene.between(100, 110))[:failing], 500)
    for i in range(said):
        scene.say("database", 100.0 + 10.0 * i / max(said, 1), FULL, level="fatal")
    return scene


def told(case: Case, scene: Scene) -> str | None:
    traffic = scene.traffic()
    found = accused.find(case, traffic, badness.judge(traffic))
    return None if found is None else found.told


def test_failures_while_the_database_has_no_room_accuse_it(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = sampled(failing=5, said=9)
    says = told(case_of(scene), scene)
    assert says is not None
    assert says.startswith("5 requests failed while 9 lines tell")


@pytest.mark.parametrize(("failing", "said"), [(0, 9), (5, 0), (5, 2), (2, 9)])
def test_one_without_the_other_accuses_nobody(
    failing: int, said: int, case_of: Callable[[Scene], Case]
) -> None:
    scene = sampled(failing, said)
    assert told(case_of(scene), scene) is None


def test_failures_that_are_as_frequent_otherwise_accuse_nobody(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = sampled(failing=4, said=9)
    scene.fail(np.flatnonzero(scene.between(0))[::5], 500)
    assert told(case_of(scene), scene) is None


@pytest.mark.parametrize(("each", "accuses"), [(0.3, True), (0.03, False)])
def test_slow_statements_to_every_third_request_accuse_the_database_and_a_jobs_few_do_not(
    each: float, accuses: bool, case_of: Callable[[Scene], Case]
) -> None:
    scene = Scene(rate=30)
    slow = scene.part(scene.between(60, 90), each)
    for at in (scene.started[slow] - BEGIN).tolist():
        scene.statement(at, "select label from items where id = 7", 0.12)
    says = told(case_of(scene), scene)
    assert (says is not None) == accuses
    if says:
        assert "slow statements to each request" in says
