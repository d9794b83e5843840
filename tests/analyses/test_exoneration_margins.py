"""What clears a component although another job's trouble, or a little of its own, is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses import exoneration
from tests.analyses.test_exoneration import all_bad, one_bad_server, outcome
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


# Refusals.


def test_what_was_refused_as_wrong_at_once_is_no_databases_doing(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.5), 404, 0.01)
    assert outcome(exoneration.refused_not_failed(gathered(scene))) == "against"


@pytest.mark.parametrize(("status", "took"), [(500, 0.01), (429, 0.01), (404, 5.0)])
def test_failures_limits_and_late_refusals_clear_nobody(
    gathered: Callable[[Scene], Facts], status: int, took: float
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.5), status, took)
    assert outcome(exoneration.refused_not_failed(gathered(scene))) == "neutral"


def test_beside_total_harm_a_few_more_on_spared_servers_are_still_a_control(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_bad_server()
    scene.fail(scene.between(60) & scene.on("web-2"))
    scene.fail(scene.part(scene.between(60) & scene.on("web-1", "web-3", "web-4"), 0.015))
    check = exoneration.negative_control(gathered(scene))
    assert outcome(check) == "against"
    assert check is not None
    assert check.margin is not None
    assert check.margin.high == pytest.approx(0.05, abs=0.002)


# Waits of another job.


def test_only_waits_are_told_where_nothing_stops_and_nobody_is_refused(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = all_bad()
    scene.checkpoints()
    for at in range(62, 72):
        scene.say("database", float(at), "ERROR:  deadlock detected")
    facts = gathered(scene)
    assert outcome(exoneration.no_direct_lines(facts)) == "for"
    assert exoneration.only_waits_told(facts)


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("database", "FATAL:  sorry, too many clients already"),
        ("database", "LOG:  received fast shutdown request"),
        ("application", "psycopg.OperationalError: connection to server failed: refused"),
        ("application", "QueuePool limit of size 5 overflow 10 reached"),
    ],
)
def test_a_stop_a_limit_and_who_cannot_connect_are_more_than_waits(
    gathered: Callable[[Scene], Facts], role: str, message: str
) -> None:
    scene = all_bad()
    scene.checkpoints()
    scene.say(role, 63.0, message)
    assert not exoneration.only_waits_told(gathered(scene))


# Logs that would tell.


def test_where_no_log_would_tell_of_a_reload_that_none_is_told_clears_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(product="nginx-access")
    scene.fail(scene.part(scene.between(60), 0.5))
    assert outcome(exoneration.balancer_undisturbed(gathered(scene))) == "neutral"


def test_where_the_balancer_talks_it_would_have_told(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(product="nginx-access")
    scene.fail(scene.part(scene.between(60), 0.5))
    scene.say("balancer", 5.0, "client prematurely closed connection")
    assert outcome(exoneration.balancer_undisturbed(gathered(scene))) == "against"
