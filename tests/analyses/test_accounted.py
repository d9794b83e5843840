"""What a database logged bounds what it can have done, where its log can be relied on for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.accounted import few_lines_for_much_harm
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def timed(scene: Scene, every: float = 10.0, took: float = 0.09) -> Scene:
    for at in np.arange(2.0, scene.seconds, every).tolist():
        scene.statement(at, "select * from reports", took)
    return scene


def slowed(until: float) -> Scene:
    scene = Scene()
    scene.slow(scene.between(60, until), 40.0)
    return scene


def test_a_few_slow_statements_do_not_hold_up_hundreds_of_requests(
    gathered: Callable[[Scene], Facts],
) -> None:
    check = few_lines_for_much_harm(gathered(timed(slowed(90))))
    assert check is not None
    assert check.outcome == "against"
    assert check.effect is not None
    assert check.effect < 0.05


def test_as_many_slow_statements_as_slow_requests_clear_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = timed(slowed(90))
    for at in np.linspace(60, 89, 300).tolist():
        scene.statement(at, "select * from carts where id = 7", 1.5)
    check = few_lines_for_much_harm(gathered(scene))
    assert check is not None
    assert check.outcome == "neutral"


def test_statements_that_still_wait_have_no_line_yet(gathered: Callable[[Scene], Facts]) -> None:
    check = few_lines_for_much_harm(gathered(timed(slowed(np.inf))))
    assert check is not None
    assert check.outcome == "neutral"


def test_requests_that_an_application_has_ended_wait_for_nothing(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = timed(slowed(np.inf))
    scene.applications()
    for line in scene.lines:
        line["path"] = line.get("route")
    check = few_lines_for_much_harm(gathered(scene))
    assert check is not None
    assert check.outcome == "against"


def test_who_waits_for_a_connection_of_its_pool_waits_unseen(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = timed(slowed(90))
    scene.say("application", 70.0, "timeout acquiring a connection from the pool")
    assert few_lines_for_much_harm(gathered(scene)) is None


def test_quick_failures_without_an_error_line_are_not_postgresqls(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.4), 500, 0.01)
    check = few_lines_for_much_harm(gathered(timed(scene)))
    assert check is not None
    assert check.outcome == "against"


def test_errors_of_the_database_account_for_quick_failures(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = timed(Scene())
    scene.fail(scene.part(scene.between(60), 0.4), 500, 0.01)
    for at in np.linspace(60, 119, 300).tolist():
        scene.say("database", at, 'relation "carts" does not exist')
    check = few_lines_for_much_harm(gathered(scene))
    assert check is not None
    assert check.outcome == "neutral"


@pytest.mark.parametrize("every", [40.0, 1000.0])
def test_a_log_that_times_next_to_nothing_tells_nothing(
    gathered: Callable[[Scene], Facts], every: float
) -> None:
    assert few_lines_for_much_harm(gathered(timed(slowed(90), every))) is None


def test_what_takes_less_than_a_line_is_worth_may_have_waited_without_one(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.duration_s[scene.between(60)] += 0.09
    assert few_lines_for_much_harm(gathered(timed(scene))) is None


def test_what_is_worth_a_line_only_after_many_times_a_requests_time_bounds_nothing(
    gathered: Callable[[Scene], Facts],
) -> None:
    """A fifth of a second more to each request fills the workers, and none of it has a line."""
    assert few_lines_for_much_harm(gathered(timed(slowed(90), took=0.5))) is None
