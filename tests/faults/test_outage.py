"""A database that went away, and an instance that alone can't reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import outage
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene
from tests.faults import scenes
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

REFUSED = "psycopg.OperationalError: connection to server at 10.0.3.5, port 5432 failed: refused"


def one_cut_off(scene: Scene) -> Scene:
    """Only web-2 can't reach the database, which is well."""
    scene.fail(scene.between(ONSET) & scene.on("web-2"), 500, 0.02)
    for at in np.linspace(ONSET, 118, 40).tolist():
        scene.say("application", at, REFUSED, instance="web-2")
    return noisy(scene)


def test_a_database_that_stops_is_named(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(scenes.stopped())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("database", "outage", "postgresql")
    assert statuses(facts)["balancer"] == "ruled-out"


def test_applications_that_cannot_reach_it_are_enough(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(scenes.stopped(log=False))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("outage", "database")


def test_its_own_log_is_enough(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.stopped()
    scene.lines = [line for line in scene.lines if line["role"] == "database"]
    facts = gathered(scene)
    assert claims(outage, facts) == ["postgresql"]


def test_neither_log_leaves_the_database_open(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.stopped()
    scene.lines = []
    facts = gathered(scene)
    assert outage.examine(facts) == []
    assert statuses(facts)["database"] == "no-evidence"


def test_a_log_that_ends_when_the_database_does_still_tells(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Killed, it writes nothing; what it says when it is back is enough."""
    scene = scenes.stopped()
    scene.lines = [line for line in scene.lines if "shutdown" not in str(line.get("message"))
                   and "terminating" not in str(line.get("message"))]  # fmt: skip
    scene.say("database", 89.0, "database system was interrupted; last known up at 10:00 UTC")
    facts = gathered(scene)
    assert named(facts).fault == "outage"


def test_one_instance_that_cannot_connect_is_no_outage(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(one_cut_off(Scene()))
    assert claims(outage, facts) == []
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", "web-2")


def test_one_of_two_instances_that_cannot_connect_is_no_outage(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(one_cut_off(Scene(servers=("web-1", "web-2"))))
    assert claims(outage, facts) == []
    assert named(facts).fault == "bad-instance"


def test_it_stays_none_without_a_log_of_the_database(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = one_cut_off(Scene())
    scene.lines = [line for line in scene.lines if line["role"] != "database"]
    assert claims(outage, gathered(scene)) == []


def test_a_restart_before_the_onset_is_not_in_the_window(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.bad_server()
    scene.say("database", 10.0, "received fast shutdown request")
    scene.say("database", 12.0, "database system is ready to accept connections", level="info")
    assert claims(outage, gathered(scene)) == []


def test_a_stop_long_after_the_onset_did_not_begin_it(gathered: Callable[[Scene], Facts]) -> None:
    """Somebody restarted the database in the hope that it helps."""
    scene = scenes.skewed()
    scene.say("database", 105.0, "received fast shutdown request")
    facts = gathered(scene)
    assert outcomes(outage, facts)["it came first"] == "against"
    assert claims(outage, facts) == []
    assert named(facts).fault == "skewed-selection"


@pytest.mark.parametrize("why", ["idle-in-transaction timeout", "idle-session timeout"])
def test_a_session_that_was_ended_for_its_idleness_is_no_outage(
    gathered: Callable[[Scene], Facts], why: str
) -> None:
    scene = scenes.slow_statements()
    scene.say("database", ONSET - 1.0, f"terminating connection due to {why}", level="fatal")
    facts = gathered(scene)
    assert claims(outage, facts) == []
    assert named(facts).fault == "slow-queries"


@pytest.mark.parametrize("scene", [scenes.skewed, scenes.ejected, scenes.slow_statements])
def test_a_noisy_database_that_went_on_had_no_outage(
    gathered: Callable[[Scene], Facts], scene: Callable[[], Scene]
) -> None:
    facts = gathered(scene())
    assert outcomes(outage, facts)["the database says so"] == "against"
    assert claims(outage, facts) == []


def test_an_instance_that_is_well_meanwhile_speaks_against_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene, spared = Scene(), "web-3"
    scene.fail(scene.between(ONSET) & ~scene.on(spared), 500, 0.004)
    for number, server in enumerate(s for s in FOUR * 5 if s != spared):
        scene.say("application", ONSET + 0.1 + number, REFUSED, instance=server)
    scene.applications()
    told = outcomes(outage, gathered(scene))
    assert told["every server is hit"] == "against"


@pytest.mark.parametrize("role", ["database", "application"])
def test_a_database_that_lets_nobody_in_is_out(
    gathered: Callable[[Scene], Facts], role: str
) -> None:
    """It runs on: its own words tell, or those of all applications beside its slow statements."""
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET), 0.9), 500, 0.01)
    for i in np.flatnonzero(scene.status == 500).tolist():
        at, who = float(scene.started[i]) - BEGIN, str(scene.first[i])
        if role == "database":
            scene.say(role, at, 'FATAL:  role "shop" is not permitted to log in')
        says = "unhandled\nOperationalError: (1045, \"Access denied for user 'shop'@'192.0.2.1'\")"
        scene.say("application", at, says, instance=who)
    for at in np.arange(3.0, scene.seconds, 6.0).tolist():
        scene.statement(at, "select * from report", 1.1)
    scene.applications()
    assert named(gathered(scene)).fault == "outage"


def test_a_failed_login_now_and_then_is_everyday(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET), 0.9), 500, 0.01)
    for at in np.arange(1.0, scene.seconds, 15.0).tolist():
        scene.say("database", at, 'FATAL:  password authentication failed for user "nagios"')
    assert claims(outage, gathered(noisy(scene))) == []


def started_again(scene: Scene, apart_s: float = 0.1) -> Scene:
    """The stop was before the evidence; the start is in the database's log."""
    scene.fail(scene.between(0, 50), 500, 0.004)
    scene.say("database", 50 + apart_s, "starting PostgreSQL 15.8 on x86_64-pc-linux-gnu",
              level="info")  # fmt: skip
    scene.say("database", 50.2 + apart_s, "database system is ready to accept connections",
              level="info")  # fmt: skip
    return scene


def test_a_database_whose_start_ended_it_had_stopped(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(started_again(Scene()))
    assert outcomes(outage, facts)["its start ended it"] == "for"
    assert claims(outage, facts) == ["postgresql"]


def test_a_database_that_started_long_after_it_did_not_end_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(outage, gathered(started_again(Scene(), 40.0))) == []


def killed(*, complained: bool) -> Scene:
    """A process that is killed says nothing; what went badly goes on after it is started again."""
    scene = Scene()
    scene.fail(scene.between(ONSET, 105), 500, 0.004)
    scene.say("database", 85.0, "/usr/sbin/mariadbd: ready for connections.", level="info")
    if complained:
        for server in FOUR:
            for at in np.arange(ONSET, 84.0, 2.0).tolist():
                scene.say("application", at, "can't connect to MySQL server on '10.0.0.5'",
                          instance=server)  # fmt: skip
    return scene


def test_a_start_after_applications_could_not_reach_it_tells_of_a_stop(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(killed(complained=True))
    assert outcomes(outage, facts)["the database says so"] == "for"
    assert named(facts).fault == "outage"


def test_a_start_in_the_midst_of_it_alone_tells_of_no_stop_at_the_onset(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(outage, gathered(killed(complained=False))) == []


def test_recovering_from_a_crash_tells_of_the_crash(gathered: Callable[[Scene], Facts]) -> None:
    scene = killed(complained=False)
    scene.say("database", 84.0, "InnoDB: Starting crash recovery from checkpoint LSN=11995367",
              level="info")  # fmt: skip
    assert outcomes(outage, gathered(scene))["the database says so"] == "for"


@pytest.mark.parametrize(("talks", "outcome"), [(False, "neutral"), (True, "against")])
def test_who_is_killed_says_nothing_and_who_goes_on_talking_was_not(
    gathered: Callable[[Scene], Facts], talks: bool, outcome: str
) -> None:
    scene = Scene()
    scene.fail(scene.between(ONSET + 30), 500, 0.004)
    for at in (5.0, 25.0, 45.0, *((100.0,) if talks else ())):
        scene.say("database", at, "checkpoint starting: time", level="info")
    for server in FOUR:
        for at in np.arange(ONSET + 30, 119.0, 2.0).tolist():
            scene.say("application", at, "can't connect to MySQL server on '10.0.0.5'",
                      instance=server)  # fmt: skip
    facts = gathered(scene)
    assert outcomes(outage, facts)["the database says so"] == outcome
    assert (named(facts).fault == "outage") is not talks
