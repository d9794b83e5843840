"""What stirs too little for an incident is one where another log attests its cause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth import corroboration
from logsleuth.analyses import doubts
from logsleuth.analyses.facts import Calm, Facts, examine, gather
from logsleuth.corroboration import attested
from logsleuth.investigation import investigate
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene, opened

if TYPE_CHECKING:
    from pathlib import Path

    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Traffic
    from logsleuth.case.store import Case
    from logsleuth.model import Investigation


def slightly_slower(lasts_s: float, times: float = 1.45, *, attested: bool) -> Scene:
    """Half as long again for a while, a twentieth of a second: too little to be an incident."""
    scene = Scene(200, 40, median_s=0.12)
    ill = scene.between(100, 100 + lasts_s)
    scene.slow(ill, times)
    if attested:
        for at in np.linspace(99.9, 100 + lasts_s, round(8 * lasts_s)).tolist():
            scene.statement(at, f"select id from bicycles where label = {at:.0f}", 0.15)
    scene.checkpoints()
    scene.applications()
    return scene


def cut(scene: Scene, at: float) -> Scene:
    """End the evidence there."""
    scene.drop(scene.between(at))
    scene.lines = [line for line in scene.lines if line["said_at"] < at]
    return scene


def told(scene: Scene, folder: Path) -> Investigation:
    with opened(scene, folder) as case:
        assert isinstance(gather(case), Calm)
        return investigate(case)


def test_slight_slowness_with_statements_that_take_it_is_an_incident(tmp_path: Path) -> None:
    found = told(slightly_slower(20, attested=True), tmp_path)
    assert found.incident is not None
    assert found.incident.onset.timestamp() - BEGIN == pytest.approx(100, abs=1)
    assert found.root_cause is not None
    assert (found.root_cause.fault, found.root_cause.target) == ("slow-queries", "bicycles")
    assert "too little for an incident by itself" in found.warnings[0]


def test_what_began_as_the_evidence_ends_may_last(tmp_path: Path) -> None:
    found = told(cut(slightly_slower(3, 2.5, attested=True), 103), tmp_path)
    assert found.incident is not None
    assert found.incident.ended is None
    assert found.root_cause is not None
    assert found.root_cause.fault == "slow-queries"


def test_what_has_two_causes_that_may_be_it_is_an_incident(tmp_path: Path) -> None:
    """A release as it begins, and the statements that take it."""
    scene = cut(slightly_slower(20, attested=True), 119)
    for server in FOUR:
        scene.say("application", 99.5, "starting, version 2.4.0", level="info", instance=server)
    found = told(scene, tmp_path)
    assert found.incident is not None
    assert found.root_cause is not None
    assert found.root_cause.confidence < 0.8
    assert {"slow-queries", "bad-release"} <= {
        f.fault for h in found.hypotheses for f in h.faults if f.score >= 4.0
    }


@pytest.mark.parametrize(("lasts_s", "times", "attested"), [(20, 1.45, False), (2, 2.5, True)])
def test_without_a_witness_or_in_a_moment_it_is_none(
    tmp_path: Path, lasts_s: float, times: float, *, attested: bool
) -> None:
    found = told(slightly_slower(lasts_s, times, attested=attested), tmp_path)
    assert found.incident is None
    assert {h.status for h in found.hypotheses} <= {"inconclusive", "no-evidence"}


def test_where_nothing_stirs_nothing_is_attested(tmp_path: Path) -> None:
    with opened(Scene(), tmp_path) as case:
        facts = gather(case)
        assert isinstance(facts, Calm)
        assert attested(case, facts, doubts.find(case, facts)) is None


def test_a_few_failures_while_the_database_has_no_room_are_one(tmp_path: Path) -> None:
    scene = Scene(seconds=240, rate=10)
    scene.fail(np.flatnonzero(scene.between(100, 130))[::41], 500)
    for at in np.linspace(99.8, 129, 8).tolist():
        scene.say("database", at, "FATAL: sorry, too many clients already", level="fatal")
    found = told(scene, tmp_path)
    assert found.incident is not None
    assert found.incident.onset.timestamp() - BEGIN == pytest.approx(100, abs=6)
    assert found.root_cause is not None
    assert found.root_cause.fault == "connection-exhaustion"


@pytest.mark.parametrize(("spread_s", "attested"), [(0.002, True), (0.2, False)])
def test_a_few_that_were_given_up_after_the_same_time_are_one(
    tmp_path: Path, spread_s: float, *, attested: bool
) -> None:
    scene = Scene(seconds=240, rate=10)
    given_up = np.flatnonzero(scene.between(100, 125))[::35]
    scene.status[given_up] = 504
    scene.duration_s[given_up] = 0.06 + np.linspace(0.0, spread_s, len(given_up))
    scene.say("balancer", 99.7, "New worker (4711) forked", level="info")
    assert len(given_up) < 10
    found = told(scene, tmp_path)
    assert (found.incident is not None) == attested
    if found.root_cause is not None:
        assert found.root_cause.fault == "timeout-misconfigured"


def test_a_stretch_that_several_doubts_tell_of_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Window] = []

    def examined(case: Case, requests: Traffic, judged: Badness, window: Window) -> Facts:
        looked_at.append(window)
        return examine(case, requests, judged, window)

    monkeypatch.setattr(corroboration, "examine", examined)
    with opened(slightly_slower(20, attested=False), tmp_path) as case:
        facts = gather(case)
        assert isinstance(facts, Calm)
        (doubt,) = doubts.find(case, facts)
        assert doubt.window is not None
        later = replace(
            doubt.window, onset=doubt.window.onset - 200, ended=doubt.window.onset - 180
        )
        apart = replace(doubt, window=replace(later, episodes=()))
        assert attested(case, facts, [doubt, doubt, apart, doubt]) is None
    assert looked_at == [doubt.window, apart.window]
