"""A route that became slow after a release, and whether it was slow on the release before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses import judgements
from logsleuth.analyses.rollout import nearest, study
from logsleuth.faults import bad_release
from logsleuth.model import RootCause
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults.scenes import ONSET, noisy, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

RELEASED: float = ONSET - 20.0


def slowed(route: str, *, on_it: float = 1.0, released: float = RELEASED) -> Scene:
    """A release, `on_it` times as long on it for a route, and four times as long since the onset.

    All requests are hit where the route is none.
    """
    scene = Scene(rate=30)
    hit = scene.of(route) if route else scene.between(0)
    scene.slow(scene.between(released, ONSET) & hit, on_it)
    scene.slow(scene.between(ONSET) & hit, 4.0)
    for server in FOUR:
        text = "listening, version 2.4.0"
        scene.say("application", released, text, level="info", instance=server)
    return noisy(scene)


@pytest.mark.parametrize(
    ("route", "on_it", "released", "acquitted"),
    [
        ("/search", 1.0, RELEASED, True),
        ("/search", 1.6, RELEASED, False),
        ("/search", 1.0, ONSET - 1.5, False),
        ("", 1.0, RELEASED, False),
    ],
)
def test_a_release_on_which_the_route_was_quick_until_then_is_acquitted(
    gathered: Callable[[Scene], Facts],
    route: str, on_it: float, released: float, *, acquitted: bool,
) -> None:  # fmt: skip
    facts = gathered(slowed(route, on_it=on_it, released=released))
    rollout = nearest(facts)
    assert rollout is not None
    assert study(facts, rollout).unslowed == acquitted
    told = outcomes(bad_release, facts).get("the release had been as quick as ever")
    assert told == ("against" if acquitted else None)


def test_it_is_innocent_by_name(gathered: Callable[[Scene], Facts]) -> None:
    unknown = RootCause("unknown", None, None, 0.0, "")
    found = judgements.examine(gathered(slowed("/search")), unknown, [])
    [told] = [change for change in found.changes if change.kind == "release"]
    assert told.verdict == "innocent"
