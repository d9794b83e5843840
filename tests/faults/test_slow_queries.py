"""Statements that slowed down, and statements that only happen to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import slow_queries
from tests.analyses.traffic_builder import Scene
from tests.faults import scenes
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def test_statements_that_slowed_down_are_named_by_their_table(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.slow_statements())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("database", "slow-queries", "bicycles")
    assert statuses(facts)["database"] == "implicated"


def test_statements_that_were_logged_before_and_take_far_longer_are_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    for at in np.linspace(2, 118, 150).tolist():
        took = 0.25 if at < ONSET else 2.5
        scene.statement(at, f"update public.orders set state = {at:.0f}", took)
    scene.slow(scene.between(ONSET), 30.0)
    assert claims(slow_queries, gathered(noisy(scene, np.inf))) == ["public.orders"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ('select 1 from "Orders" o where n = 3', "orders"),
        ("insert into audit.log values (3)", "audit.log"),
        ("delete from carts where id = 3", "carts"),
        ("call nightly(3)", "call nightly(?)"),
    ],
)
def test_the_target_is_the_table_or_else_the_statement(
    gathered: Callable[[Scene], Facts], text: str, target: str
) -> None:
    scene = Scene()
    for at in np.linspace(ONSET - 0.2, 118, 150).tolist():
        scene.statement(at, text, 2.0)
    scene.slow(scene.between(ONSET), 30.0)
    assert claims(slow_queries, gathered(scene)) == [target]


def test_an_unchanged_reporting_job_is_not_to_blame(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(scenes.bad_server())
    assert claims(slow_queries, facts) == []
    assert outcomes(slow_queries, facts)["statements as before"] == "against"
    assert statuses(facts)["database"] == "ruled-out"


def test_a_reporting_job_that_runs_a_little_more_often_is_not_either(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.bad_server()
    for at in np.linspace(61, 118, 6).tolist():
        scene.statement(at, scenes.REPORT, 1.2)
    assert claims(slow_queries, gathered(scene)) == []


def test_a_nightly_job_that_begins_by_chance_does_not_explain_one_bad_server(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.bad_server()
    for at in np.linspace(61, 118, 20).tolist():
        scene.statement(at, "delete from sessions where age > 30", 1.2)
    facts = gathered(scene)
    assert claims(slow_queries, facts) == []
    assert named(facts).fault == "bad-instance"


def test_statements_that_wait_for_locks_are_not_slow_themselves(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.slow_statements(locked=True))
    assert claims(slow_queries, facts) == []
    assert outcomes(slow_queries, facts)["they wait for locks"] == "against"
    assert statuses(facts)["database"] != "ruled-out"


def test_a_deadlock_now_and_then_does_not_excuse_slow_statements(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.slow_statements()
    for at in (20.0, 50.0, 80.0, 110.0):
        scene.say("database", at, "deadlock detected")
    assert claims(slow_queries, gathered(scene)) == ["bicycles"]


def test_where_no_connection_is_to_be_had_statements_are_not_the_cause(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.slow_statements()
    for at in np.linspace(61, 118, 30).tolist():
        scene.say("database", at, "sorry, too many clients already", level="fatal")
    facts = gathered(scene)
    assert outcomes(slow_queries, facts)["no connection was to be had"] == "against"
    assert claims(slow_queries, facts) == []


def test_statements_that_slow_down_long_after_the_onset_are_a_consequence(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.slow(scene.between(ONSET), 30.0)
    for at in np.linspace(95, 118, 100).tolist():
        scene.statement(at, "select id from bicycles", 1.2)
    facts = gathered(noisy(scene, np.inf))
    assert outcomes(slow_queries, facts)["it came first"] == "against"
    assert claims(slow_queries, facts) == []


def test_a_few_slow_statements_hold_up_no_thousand_requests(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    scene.slow(scene.between(ONSET), 30.0)
    for at in np.linspace(61, 118, 8).tolist():
        scene.statement(at, "select id from bicycles", 1.2)
    told = outcomes(slow_queries, gathered(noisy(scene, np.inf)))
    assert told.get("enough to hold up the requests", "against") == "against"


def test_a_database_that_logs_no_slow_statement_is_neither_named_nor_ruled_out(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.slow_statements()
    scene.lines = [line for line in scene.lines if line["role"] != "database"]
    scene.checkpoints()
    facts = gathered(scene)
    assert claims(slow_queries, facts) == []
    assert statuses(facts)["database"] == "inconclusive"


def test_without_a_log_of_the_database_it_is_only_not_excluded(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.slow_statements()
    scene.lines = []
    facts = gathered(scene)
    assert claims(slow_queries, facts) == []
    assert list(outcomes(slow_queries, facts)) == ["one route may wait for the database"]
    assert statuses(facts)["database"] == "no-evidence"


def slower_statements(rate_after: float = 25.0) -> Scene:
    """Three times as many statements are slow, and all requests take three times as long."""
    scene = Scene(rate=rate_after)
    if rate_after > 25.0:
        moved = scene.part(scene.between(0, ONSET), 1.0 - 25.0 / rate_after)
        scene.started[moved] += 60.0
        scene.started = np.sort(scene.started)
    scene.slow(scene.between(ONSET), 3.0)
    for low, high, count in ((0.5, ONSET - 1, 100), (ONSET, 118, 300)):
        for at in np.linspace(low, high, count).tolist():
            scene.statement(at, f"insert into loans values ({at:.2f})", 0.3)
    return scene


def test_three_times_as_many_slow_statements_for_as_many_requests_are_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(slow_queries, gathered(slower_statements())) == ["loans"]


def test_three_times_as_many_for_twice_as_many_requests_are_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(slow_queries, gathered(slower_statements(37.5))) == []


def test_quick_refusals_wait_for_no_statement(gathered: Callable[[Scene], Facts]) -> None:
    """A limit answers at once from the first line on, beside a log of every statement."""
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(0), 0.3), 503, 0.002)
    for at in np.linspace(1.0, 118, 400).tolist():
        scene.statement(at, f"select id from bicycles where id = {at:.0f}", 0.05)
    facts = gathered(scene)
    assert facts.blind
    assert claims(slow_queries, facts) == []
