"""Clients that break a service, and clients that are only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.faults import abusive_client
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import ONSET, claims, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

STRANGER = "203.0.113.9"


def scraped(part: float, dearer: float = 12.0) -> Scene:
    """A stranger asks for much from the onset on, and the others wait for it."""
    scene = Scene(rate=40)
    mine = scene.part(scene.between(ONSET) & scene.of("/search"), 4 * part)
    scene.client[mine] = STRANGER
    scene.slow(scene.between(ONSET), 4.0)
    scene.slow(mine, dearer / 4.0)
    return scene


def test_a_stranger_who_asks_for_an_eighth_of_all_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(abusive_client, gathered(scraped(0.13, 20.0))) == [STRANGER]


def test_a_stranger_whose_requests_are_everyday_is_not(gathered: Callable[[Scene], Facts]) -> None:
    assert claims(abusive_client, gathered(scraped(0.06, 4.0))) == []


def test_a_client_who_was_always_there_is_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = scraped(0.13, 20.0)
    scene.client[scene.part(scene.between(0, ONSET), 0.12)] = STRANGER
    assert claims(abusive_client, gathered(scene)) == []


def gateway(scene: Scene) -> Scene:
    """Most clients come through one address now, and a key keeps that on one server."""
    mine = scene.part(scene.between(ONSET), 0.7)
    scene.client[mine] = STRANGER
    scene.give(mine, {"web-2": 1})
    scene.slow(scene.between(ONSET) & scene.on("web-2"), 12.0)
    return scene


def test_a_gateway_that_brings_no_more_requests_is_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(gateway(Scene(rate=40)))
    assert claims(abusive_client, facts) == []
    assert "its requests are dearer" not in outcomes(abusive_client, facts)
