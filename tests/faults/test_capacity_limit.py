"""Requests that the balancer turns away, where its log names no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.faults import capacity_limit
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

TURNED = "the balancer turned requests away"


def unlogged(scene: Scene, lost: Array, status: int = 503) -> Scene:
    """Some requests are answered at once, and no application has a line of them."""
    scene.fail(lost, status, took=0.001)
    scene.server[lost] = scene.first[lost] = None
    noisy(scene)
    scene.lines = [line for line in scene.lines if line.get("instance", "-")]
    return scene


def nameless(facts: Facts) -> Facts:
    facts.__dict__["names_servers"] = False
    return facts


@pytest.mark.parametrize("status", [429, 503])
def test_what_no_application_was_asked_was_turned_away(
    status: int, gathered: Callable[[Scene], Facts]
) -> None:
    scene = Scene(rate=40)
    lost = scene.part(scene.between(ONSET), 0.3)
    facts = nameless(gathered(unlogged(scene, lost, status)))
    assert outcomes(capacity_limit, facts)[TURNED] == "for"
    assert claims(capacity_limit, facts) == ["web"]
    assert named(facts).fault == "capacity-limit"


def test_what_a_lost_instance_has_no_line_of_was_not_turned_away(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    lost = scene.between(ONSET) & scene.on("web-3")
    facts = nameless(gathered(unlogged(scene, lost)))
    assert TURNED not in outcomes(capacity_limit, facts)


def test_an_application_that_is_overloaded_turns_away_itself(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    unlogged(scene, scene.part(scene.between(ONSET), 0.3))
    for i in range(20):
        scene.say("application", ONSET + 1 + i, "all workers busy", instance="web-1")
    facts = nameless(gathered(scene))
    assert TURNED not in outcomes(capacity_limit, facts)
