"""What is given up at one duration: the upper part of usual times, or a hump beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.cut_short import cut_short, is_upper_part
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import noisy

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

LIMIT_S = 0.065


def given_up(scene: Scene, *routes: str) -> Scene:
    late = scene.of(*routes) & (scene.duration_s > LIMIT_S)
    noisy(scene)
    scene.status[late], scene.duration_s[late] = 504, LIMIT_S
    return scene


def test_one_route_of_several_is_given_up_sooner(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(given_up(Scene(rate=40), "/search"))
    failed = facts.during & facts.badness.failed
    held = cut_short(facts, failed)
    assert held is not None
    assert held.route == "GET /search"
    assert abs(held.limit_s - LIMIT_S) < 0.002
    assert held.smooth
    assert is_upper_part(facts, failed, LIMIT_S)


def test_what_is_given_up_on_every_route_has_no_limit_of_its_own(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(given_up(Scene(rate=40), "/search", "/cart", "/item", "/home"))
    failed = facts.during & facts.badness.failed
    assert cut_short(facts, failed) is None
    assert is_upper_part(facts, failed, LIMIT_S)
