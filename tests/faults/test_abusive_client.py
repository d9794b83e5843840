"""Clients that break a service, and clients that are only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import abusive_client
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes

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


def test_one_who_came_before_the_queues_were_full_is(gathered: Callable[[Scene], Facts]) -> None:
    """He doubles the requests, and a fifth of those before the harm are his already."""
    scene = Scene(rate=40)
    n = len(scene)
    mine, early = scene.rng.uniform(size=n) < 0.4, scene.rng.uniform(size=n) < 0.5
    usual = scene.rng.uniform(0, scene.seconds, n)
    own = np.where(early & mine, ONSET - 14, ONSET) + scene.rng.uniform(0, 1, n) * np.where(
        early & mine, scene.seconds - ONSET + 14, scene.seconds - ONSET
    )
    order = np.argsort(np.where(mine, own, usual))
    scene.started[:] = BEGIN + np.where(mine, own, usual)[order]
    scene.client[mine[order]] = STRANGER
    scene.slow(scene.between(ONSET), 12.0)
    facts = gathered(noisy(scene))
    assert (named(facts).fault, named(facts).target) == ("abusive-client", STRANGER)


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


def queued(dear_s: float, waited_s: float = 2.0) -> Scene:
    """From the onset on a stranger makes a tenth of the requests, and all wait in one queue.

    The baseline is short, and the stranger was there a second before the harm.
    """
    scene = Scene(seconds=ONSET + 60, rate=40)
    late = scene.between(ONSET)
    mine = scene.part(scene.between(ONSET - 1) & scene.of("/search"), 0.4)
    scene.client[mine] = STRANGER
    scene.duration_s[late] += waited_s * scene.rng.uniform(0.5, 1.0, int(late.sum()))
    scene.duration_s[mine & late] += dear_s
    return scene


def test_one_whose_requests_take_longer_beyond_the_queue_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(queued(2.0))
    assert claims(abusive_client, facts) == [STRANGER]
    assert outcomes(abusive_client, facts)["its requests are dearer"] == "for"


def test_one_who_waits_in_the_queue_like_all_others_is_not_dearer(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert "its requests are dearer" not in outcomes(abusive_client, gathered(queued(0.0)))


@pytest.mark.parametrize("kept", [True, False])
def test_one_whose_harm_others_are_spared_may_be_a_gateway_on_a_full_server(
    gathered: Callable[[Scene], Facts], kept: bool
) -> None:
    """Without a time before it and without the servers' names nobody tells which it is."""
    scene = Scene(rate=40)
    mine = scene.part(scene.between(0), 0.6)
    scene.client[mine] = STRANGER
    scene.fail(scene.part(mine, 0.9), 503, 2.0)
    scene.fail(scene.part(~mine, 0.35 if kept else 0.9), 503, 2.0)
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    facts = gathered(scene)
    assert facts.blind
    assert ("others are spared" in outcomes(abusive_client, facts)) == kept
    assert (named(facts).confidence >= 0.9) == (not kept)


@pytest.mark.parametrize(("dear_s", "dearer"), [(3.0, True), (0.0, False)])
def test_what_the_balancer_gives_up_alike_the_applications_tell_apart(
    gathered: Callable[[Scene], Facts], dear_s: float, dearer: bool
) -> None:
    scene = queued(dear_s)
    scene.applications()
    late = scene.between(ONSET) & (scene.duration_s > 0.9)
    scene.status[late], scene.duration_s[late] = 504, 0.9
    facts = gathered(scene)
    assert ("its requests are dearer" in outcomes(abusive_client, facts)) == dearer
    if dearer:
        assert claims(abusive_client, facts) == [STRANGER]
