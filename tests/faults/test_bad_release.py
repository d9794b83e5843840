"""Releases beside incidents: guilty where instances turn bad with their own start, else not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import bad_release
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array


def rollout(scene: Scene, starts: Mapping[str, float], version: str) -> Scene:
    for server, at in starts.items():
        scene.say("application", at, f"starting version {version}", instance=server, level="info")
    return scene


def since(scene: Scene, starts: Mapping[str, float]) -> Array:
    """Flags of the requests on an instance that has started anew."""
    flags: Array = np.zeros(len(scene), dtype=bool)
    for server, at in starts.items():
        flags |= scene.on(server) & (scene.started >= BEGIN + at)
    return flags


@pytest.mark.parametrize("apart", [0.0, 6.0])
def test_instances_that_fail_from_their_own_start_on_have_a_bad_release(
    gathered: Callable[[Scene], Facts], apart: float
) -> None:
    scene = Scene(rate=40)
    starts = {server: ONSET + apart * i for i, server in enumerate(FOUR)}
    rollout(scene, {server: 20.0 + i for i, server in enumerate(FOUR)}, "1.8.0")
    scene.fail(scene.part(since(scene, starts), 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-release", "1.9.0")
    if apart:
        assert outcomes(bad_release, facts)["instances that did not have it yet"] == "for"


@pytest.mark.parametrize(
    ("begin", "check"),
    [(ONSET - 8, "the release had served well"), (ONSET, "instances that did not have it yet")],
)
def test_a_release_beside_an_incident_of_another_cause_is_innocent(
    gathered: Callable[[Scene], Facts], begin: float, check: str
) -> None:
    """All instances break at one moment, whenever each of them started."""
    scene = Scene(rate=40)
    starts = {server: begin + 1.5 * i for i, server in enumerate(FOUR)}
    scene.fail(scene.part(scene.between(ONSET), 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert outcomes(bad_release, facts)[check] == "against"
    assert claims(bad_release, facts) == []
