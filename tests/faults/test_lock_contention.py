"""Lock waits that hold up a service, and those of a job beside another fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import lock_contention
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def locked(seconds: float) -> Scene:
    """Two in three requests fail from the onset on, and statements wait for a lock."""
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET), 0.6), 500, seconds)
    for at in np.arange(ONSET + 1, 119, 2.0).tolist():
        scene.say("database", at, "process 17 still waiting for ShareLock on transaction 5 after"
                  " 1000.1 ms\nSTATEMENT:  update stock set n = n - 1", level="info")  # fmt: skip
    return noisy(scene)


@pytest.mark.parametrize(
    ("says", "claimed"),
    [("lock timeout while updating stock", ["stock"]), ("ZeroDivisionError: by zero", [])],
)
def test_exceptions_that_name_no_lock_acquit_the_locks(
    gathered: Callable[[Scene], Facts], says: str, claimed: list[str]
) -> None:
    scene = locked(0.8)
    for i in np.flatnonzero(scene.status == 500).tolist():
        at = float(scene.started[i]) - BEGIN + 0.8
        scene.say("application", at, f"unhandled\n{says}", instance=str(scene.first[i]))
    assert claims(lock_contention, gathered(scene)) == claimed


def timed_out(quoted: int) -> Scene:
    """Inserts take two seconds, and so many of a hundred end as MySQL ends a wait for a lock."""
    scene = Scene(rate=30)
    waiting = scene.between(ONSET) & scene.of("/search")
    scene.slow(waiting, 30.0)
    scene.fail(scene.part(waiting, 0.8), 500, 2.0)
    for number, at in enumerate(np.linspace(ONSET - 0.2, 116, 100).tolist()):
        scene.statement(at, f"INSERT INTO visit (item_id) VALUES ({number})", 2.0)
        if number < quoted:
            says = "(1205, 'Lock wait timeout exceeded; try restarting transaction')"
            scene.say("application", at + 2.0, says, instance=FOUR[number % 4])
    for at in (ONSET - 30, ONSET + 5):
        text = "deadlock detected\nUPDATE job_state SET holder = 'nightly' WHERE id = 2"
        scene.say("database", at, text, level="info")
    return noisy(scene, np.inf)


def test_lock_waits_that_only_those_hear_of_who_waited_are_on_the_table_of_their_statements(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(timed_out(90)))
    assert (cause.fault, cause.target) == ("lock-contention", "visit")


def test_a_few_lock_timeouts_among_slow_statements_do_not_explain_these(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(timed_out(8)))
    assert (cause.fault, cause.target) == ("slow-queries", "visit")


def beside_waits(own: bool) -> Scene:
    """Searches take two seconds, and waits are logged: their own, or those of other processes."""
    scene = Scene(rate=30)
    waiting = scene.between(ONSET) & scene.of("/search")
    scene.slow(waiting, 30.0)
    for number, at in enumerate(np.linspace(ONSET - 0.2, 100, 60).tolist()):
        scene.statement(at, "SELECT id FROM visit WHERE label LIKE 'a%'", 2.0, pid=100 + number)
        if number % 3 == 0:
            text = "process 9 still waiting for AccessShareLock on relation 7 after 1000.1 ms"
            pid = 100 + number if own else 900 + number
            scene.say("database", at + 1.0, text, level="info", pid=pid)
    return noisy(scene, np.inf)


@pytest.mark.parametrize(("own", "fault"), [(True, "lock-contention"), (False, "slow-queries")])
def test_waits_count_for_the_statements_of_their_own_process(
    gathered: Callable[[Scene], Facts], own: bool, fault: str
) -> None:
    assert named(gathered(beside_waits(own))).fault == fault


def test_a_jobs_deadlocks_hold_up_few_of_many_requests(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Two of them by chance only since the onset, beside a thousand failures of another cause."""
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(ONSET), 0.6), 504, 2.0)
    for at in (62.0, 62.1, 85.0, 85.1, 110.0):
        scene.say("database", at, "deadlock detected", user_name="reporting")
    facts = gathered(scene)
    assert outcomes(lock_contention, facts)["statements wait for locks"] == "neutral"
    assert claims(lock_contention, facts) == []


def ended(took: float, text: str) -> Scene:
    """Statements on one table end after so many seconds, and MariaDB logs nothing else of it."""
    scene = Scene()
    scene.database = "mysql-slow"
    waiting = scene.between(ONSET)
    scene.fail(scene.part(waiting, 0.7), 504, 2.5)
    for number, at in enumerate(np.linspace(ONSET + 1.5, 118, 60).tolist()):
        scene.statement(at, text, took + 0.0001 * number)
    return scene


@pytest.mark.parametrize(
    ("took", "text", "fault"),
    [
        (2.0, "insert into ride (item_id) values (7) returning id", "lock-contention"),
        (2.2, "insert into ride (item_id) values (7) returning id", "slow-queries"),
        (2.0, "select id from ride where note like '7%'", "slow-queries"),
    ],
)
def test_changes_that_end_after_whole_seconds_waited_for_a_lock(
    gathered: Callable[[Scene], Facts], took: float, text: str, fault: str
) -> None:
    cause = named(gathered(ended(took, text)))
    assert (cause.fault, cause.target) == (fault, "ride")


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        ("process {pid} still waiting for ShareLock on transaction 966 after 9425.563 ms", "for"),
        ("deadlock detected", "against"),
    ],
)
def test_a_few_waits_that_hold_all_workers_need_no_line_for_whoever_is_turned_away(
    gathered: Callable[[Scene], Facts], says: str, outcome: str
) -> None:
    """From the first line to the last; a job's deadlocks, as many, held up no such part of all."""
    scene = Scene(rate=40)
    scene.fail(scene.between(0), 503, 0.002)
    scene.fail(scene.part(scene.between(0), 0.05), 504, 9.0)
    for number, at in enumerate(np.linspace(1, 20, 7).tolist()):
        text = f"{says}\nSTATEMENT:  update stock set n = n - 1".format(pid=17 + number)
        scene.say("database", at, text, level="info")
    facts = gathered(noisy(scene))
    assert facts.blind
    assert outcomes(lock_contention, facts)["statements wait for locks"] == outcome
