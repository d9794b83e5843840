"""A log that does not cover the window acquits nobody, and one that seldom speaks is not silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth import verdict
from logsleuth.analyses import exoneration
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults.scenes import standing, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

    Gathered = Callable[[Scene], Facts]


def bad_server() -> Scene:
    scene = Scene()
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.7), 500, 0.04)
    scene.applications(0.06)
    return scene


def database(scene: Scene, *spans: tuple[float, float]) -> Scene:
    """Let it log a slow statement twice a second, but in these spans only."""
    for low, high in spans:
        for at in np.arange(low, high, 0.5).tolist():
            scene.statement(at, "select * from report where month = 3", 0.4)
    return scene


@pytest.mark.parametrize(
    ("spans", "status"),
    [
        (((0, 118),), "ruled-out"),
        (((0, 55),), "inconclusive"),
        (((0, 58), (110, 118)), "inconclusive"),
        (((100, 118),), "inconclusive"),
    ],
)
def test_the_database_is_cleared_only_by_a_log_that_covers_the_window(
    gathered: Gathered, spans: tuple[tuple[float, float], ...], status: str
) -> None:
    facts = gathered(database(bad_server(), *spans))
    assert statuses(facts)["database"] == status
    silence = facts.silence("database")
    assert (silence is None) == (status == "ruled-out")
    direct = exoneration.no_direct_lines(facts)
    assert direct is not None
    assert direct.outcome == ("against" if silence is None else "neutral")
    if silence is not None:
        assert silence.expected >= 10
        assert "the database's log from 2026-03-01 10:0" in silence.wanted


def test_what_would_decide_is_the_missing_stretch(gathered: Gathered) -> None:
    facts = gathered(database(bad_server(), (0, 55)))
    found = standing(facts)
    told = verdict.hypotheses(found, verdict.root_cause(found), verdict.exonerations(facts))
    one = next(h for h in told if h.component == "database")
    assert one.would_decide[0].startswith("the database's log from 2026-03-01 10:00:54.9")
    assert "its log covers the window" in {check.name for check in one.checks}


def test_a_log_that_seldom_speaks_is_not_silent(gathered: Gathered) -> None:
    scene = bad_server()
    for at in (2.0, 17.0, 32.0, 47.0):
        scene.say("database", at, "checkpoint starting: time", level="info")
    facts = gathered(scene)
    assert facts.silence("database") is None
    assert statuses(facts)["database"] == "ruled-out"


def test_bursts_do_not_make_a_silence(gathered: Gathered) -> None:
    bursts = tuple((at, at + 4.0) for at in range(0, 120, 30))
    assert gathered(database(bad_server(), *bursts)).silence("database") is None


def skewed() -> Scene:
    """A weight of 7 overloads web-1; what the instances say covers all of it."""
    scene = Scene(rate=30)
    scene.give(scene.between(60), {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1})
    hot = scene.between(61) & scene.on("web-1")
    scene.slow(hot, 15.0)
    scene.fail(scene.part(hot, 0.5), 503, 2.0)
    scene.applications(0.06)
    return scene


def test_applications_are_cleared_only_by_logs_that_cover_the_window(gathered: Gathered) -> None:
    assert statuses(gathered(skewed()))["application"] == "ruled-out"


def test_cut_off_applications_are_left_open(gathered: Gathered) -> None:
    scene = skewed()
    scene.lines = [line for line in scene.lines if line["said_at"] < 58]
    facts = gathered(scene)
    silence = facts.silence("application")
    assert silence is not None
    assert silence.began < BEGIN + 58
    assert statuses(facts)["application"] == "inconclusive"
