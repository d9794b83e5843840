"""Failures that tell their own cause, and at once, clear the database; others don't."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.own_errors import failures_of_its_own
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

OWN = "TypeError: 'NoneType' object is not subscriptable"


def failing(message: str | None, took: float = 0.02, each: int = 1) -> Scene:
    """A third of the requests fail in the application, every `each`-th with an error's line."""
    scene = Scene()
    bad = scene.part(scene.between(60), 0.33)
    scene.fail(bad, 500, took)
    scene.applications()
    for i in np.flatnonzero(bad)[::each].tolist():
        at = float(scene.started[i] - BEGIN + scene.duration_s[i])
        if message:
            scene.say("application", at, message, instance=scene.server[i])
    return scene


def test_errors_of_the_applications_own_clear_the_database(
    gathered: Callable[[Scene], Facts],
) -> None:
    check = failures_of_its_own(gathered(failing(OWN)))
    assert check is not None
    assert check.outcome == "against"


@pytest.mark.parametrize(
    ("message", "took", "each"),
    [
        ("psycopg.OperationalError: server closed the connection unexpectedly", 0.02, 1),
        ("java.sql.SQLException: no more rows", 0.02, 1),
        ("TimeoutError: deadline exceeded", 0.02, 1),
        (OWN, 3.0, 1),
        (OWN, 0.02, 3),
    ],
)
def test_errors_that_may_mean_a_database_late_ones_and_too_few_clear_nobody(
    gathered: Callable[[Scene], Facts], message: str, took: float, each: int
) -> None:
    check = failures_of_its_own(gathered(failing(message, took, each)))
    assert check is None or check.outcome == "neutral"


def test_failures_without_a_word_tell_nothing(gathered: Callable[[Scene], Facts]) -> None:
    assert failures_of_its_own(gathered(failing(None))) is None
