"""Scenes that more than one fault is held against, and how a fault stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth import verdict
from logsleuth.faults import FAULTS
from tests.analyses.traffic_builder import FOUR, Scene

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.findings import Fault
    from logsleuth.model import RootCause, Status
    from logsleuth.verdict import Scored

ONSET: Final = 60.0
REPORT: Final = "select * from monthly_report('2026-01-01')"


def standing(facts: Facts) -> tuple[Scored, ...]:
    return verdict.ranked([one for fault in FAULTS for one in fault.examine(facts)])


def named(facts: Facts) -> RootCause:
    """The root cause that all faults together make out."""
    return verdict.root_cause(standing(facts))


def statuses(facts: Facts) -> dict[str, Status]:
    found = standing(facts)
    told = verdict.hypotheses(found, verdict.root_cause(found), verdict.exonerations(facts))
    return {one.component: one.status for one in told}


def claims(fault: Fault, facts: Facts) -> list[str | None]:
    """The targets that a fault by itself would be named for."""
    scored = [verdict.score(one) for one in fault.examine(facts)]
    return [s.finding.target for s in scored if verdict.root_cause([s]).fault == fault.NAME]


def outcomes(fault: Fault, facts: Facts) -> dict[str, str]:
    """What each check of a fault says of its best finding."""
    best = verdict.ranked(fault.examine(facts))
    return {r.check.name: r.check.outcome for r in best[0].finding.reasons} if best else {}


def noisy(scene: Scene, database_s: float = 0.06) -> Scene:
    """Add what is there on any day: a reporting job, checkpoints, and applications that talk.

    They wait for the database no longer than `database_s`.
    """
    for at in np.arange(3.0, scene.seconds, 6.0).tolist():
        scene.statement(at, REPORT, 1.1, user_name="reporting")
    scene.checkpoints()
    scene.applications(database_s)
    return scene


def reload(scene: Scene, at: float = ONSET - 0.4) -> Scene:
    scene.say("balancer", at, "New worker (4711) forked", level="info")
    return scene


def down(scene: Scene, server: str, at: float, why: str) -> Scene:
    text = f"Server web/{server} is DOWN, reason: {why}. 3 active servers left"
    scene.say("balancer", at, text, server=server, pool="web", level="warning")
    return scene


def skewed() -> Scene:
    """A reload gives web-1 weight 7; it is overloaded, the others idle."""
    scene = Scene(rate=30)
    weights = {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1}
    scene.give(scene.between(ONSET), weights)
    hot = scene.between(ONSET + 1) & scene.on("web-1")
    scene.slow(hot, 15.0)
    scene.fail(scene.part(hot, 0.5), 503, 2.0)
    scene.configure(weights)
    return noisy(reload(scene))


def bad_server(server: str = "web-2") -> Scene:
    """One server fails most of what it is asked, at an equal share."""
    scene = Scene()
    scene.fail(scene.part(scene.between(ONSET) & scene.on(server), 0.7), 500, 0.04)
    return noisy(scene)


def eager_bad_server() -> Scene:
    """One server answers errors at once, and least connections sends it more and more."""
    scene = Scene(rate=30)
    scene.configure(dict.fromkeys(FOUR, 1), "least-conn")
    scene.give(scene.between(ONSET + 6), {"web-1": 1, "web-2": 5, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-2"), 0.95), 500, 0.003)
    return noisy(scene)


def ejected(servers: tuple[str, ...] = ("web-3", "web-4")) -> Scene:
    """A changed health check takes healthy servers out; the others are overloaded."""
    scene = reload(Scene(rate=30))
    rest = {name: 1.0 for name in FOUR if name not in servers}
    scene.give(scene.between(ONSET) & scene.on(*servers), rest)
    scene.slow(scene.between(ONSET + 1), 12.0)
    scene.fail(scene.part(scene.between(ONSET + 2), 0.3), 503, 2.0)
    for server in servers:
        down(scene, server, ONSET, "Layer7 wrong status, code: 404")
    return noisy(scene)


def rewritten_route() -> Scene:
    """Since the onset the application is asked for another path than clients ask for."""
    scene = Scene(rate=40)
    spoilt = scene.between(ONSET) & scene.of("/search")
    scene.fail(spoilt, 404, 0.003)
    asked = scene.route.copy()
    scene.route[spoilt] = "/internal"
    scene.applications()
    scene.route = asked
    return scene


def died() -> Scene:
    """An instance refuses connections, is marked down for that, and when back does so again."""
    scene = Scene(rate=30)
    for at in (ONSET, ONSET + 35):
        scene.unreachable(scene.between(at, at + 10) & scene.on("web-3"))
        down(scene, "web-3", at + 10, "Layer4 connection problem, info: Connection refused")
    away = scene.between(ONSET + 10, ONSET + 35) | scene.between(ONSET + 45)
    scene.give(away & scene.on("web-3"), {"web-1": 1, "web-2": 1, "web-4": 1})
    scene.say("application", ONSET - 0.5, "received signal 15, shutting down", instance="web-3")
    return noisy(scene)


def slow_statements(locked: bool = False) -> Scene:
    """Statements on one table take seconds; every server waits for them."""
    scene = Scene()
    waiting = scene.between(ONSET) & scene.of("/search")
    scene.slow(waiting, 30.0)
    scene.fail(scene.part(waiting, 0.4), 504, 2.0)
    for at in np.linspace(ONSET - 0.2, 118, 200).tolist():
        scene.statement(at, f"select id from bicycles where label like '{at:.2f}%'", 1.4)
        if locked:
            text = "process 71 still waiting for ShareLock on transaction 896 after 1000.1 ms"
            scene.say("database", at + 1.0, text, level="info")
    return noisy(scene, np.inf)


def stopped(log: bool = True) -> Scene:
    """The database stops; no application can reach it."""
    scene = Scene()
    scene.fail(scene.between(ONSET, 90), 500, 0.004)
    for number, server in enumerate(FOUR * 10):
        at = ONSET + 0.05 + number * 0.7
        scene.say(
            "application", at, "psycopg.OperationalError: connection refused", instance=server
        )
    scene.applications()
    if log:
        scene.checkpoints()
        scene.say("database", ONSET - 0.05, "received fast shutdown request", level="info")
        scene.say("database", ONSET, "terminating connection due to administrator command")
        scene.say("database", 90.0, "database system is ready to accept connections", level="info")
    return scene
