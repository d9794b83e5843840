"""Clients that break a service, and clients that are only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.faults import abusive_client
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import ONSET, claims

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
