"""A key that always gave one server more than its part: it may be full, or ill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import abusive_client, bad_instance, sticky_hotspot
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults.scenes import ONSET, named, noisy, outcomes, reload

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def keyed(more: float) -> Scene:
    """Clients keep to their servers, and half of them to web-1; since the onset all ask more."""
    scene = Scene(rate=30)
    n, early = len(scene), scene.rng.uniform(size=len(scene)) < 1 / (1 + more)
    low, high = scene.rng.uniform(0, ONSET, n), scene.rng.uniform(ONSET, scene.seconds, n)
    scene.started[:] = BEGIN + np.sort(np.where(early, low, high))
    last = np.array([int(client.rpartition(".")[2]) for client in scene.client])
    place = np.where(last % 2 == 0, 1, 2 + last // 2 % 3)
    scene.first[:] = scene.server[:] = [f"web-{number}" for number in place]
    return scene


def test_a_server_that_a_key_filled_is_not_taken_for_an_ill_one(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = keyed(1.25)
    scene.slow(scene.between(ONSET) & scene.on("web-1"), 12.0)
    facts = gathered(noisy(scene))
    assert outcomes(bad_instance, facts)["a key gives it more than its equals"] == "against"
    assert outcomes(sticky_hotspot, facts)["one server is the first to be full"] == "neutral"
    assert (named(facts).fault, named(facts).target) == ("sticky-hotspot", "web-1")
    assert named(facts).confidence < 0.8


@pytest.mark.parametrize(("ill", "quick"), [("web-1", True), ("web-3", False)])
def test_a_server_that_fails_at_once_or_has_no_more_than_others_is_ill(
    gathered: Callable[[Scene], Facts], ill: str, quick: bool
) -> None:
    scene = keyed(1.0)
    hit = scene.part(scene.between(ONSET) & scene.on(ill), 0.6)
    scene.fail(hit, 500, 0.04 if quick else 2.0)
    facts = gathered(noisy(scene))
    assert "a key gives it more than its equals" not in outcomes(bad_instance, facts)
    assert (named(facts).fault, named(facts).target) == ("bad-instance", ill)


def gateway(*, moves: bool) -> Scene:
    """Two of three come through one address since the onset; each server that it fills gives in."""
    scene = keyed(1.0)
    comes = scene.part(scene.between(ONSET), 0.65)
    scene.client[comes] = "192.0.2.200"
    turn = np.floor((scene.started - BEGIN - ONSET) / 8.0).astype(int) % 4 if moves else 3
    full = np.array([f"web-{4 - i}" for i in range(4)], dtype=object)[turn]
    scene.first[comes] = scene.server[comes] = full[comes] if moves else "web-1"
    scene.slow(scene.between(ONSET) & (scene.server == full), 12.0)
    scene.fail(scene.part(scene.between(ONSET) & (scene.server == full), 0.6), 504, 3.0)
    return noisy(scene)


def test_a_spot_that_moves_as_servers_are_given_up_is_named_by_where_it_was_first(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(gateway(moves=True))
    assert (named(facts).fault, named(facts).target) == ("sticky-hotspot", "web-4")
    found = outcomes(sticky_hotspot, facts)
    assert found["one server at a time has far more than its part"] == "for"
    assert outcomes(abusive_client, facts)["nothing else has grown"] == "against"


def test_one_that_stays_is_told_as_ever(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(gateway(moves=False))
    assert (named(facts).fault, named(facts).target) == ("sticky-hotspot", "web-1")
    assert "one server at a time has far more than its part" not in outcomes(sticky_hotspot, facts)


def by_path() -> Scene:
    """A reload lets the path choose the server, and a second one takes that back."""
    scene = reload(reload(Scene(rate=40)), ONSET + 15.0)
    keyed = scene.between(ONSET, ONSET + 15.0)
    for number, route in enumerate(("/home", "/cart", "/search", "/item"), 1):
        scene.first[keyed & scene.of(route)] = f"web-{number}"
    most = scene.part(keyed, 0.4)
    scene.route[most], scene.first[most] = "/search", "web-3"
    scene.server[:] = scene.first
    scene.slow(scene.between(ONSET, ONSET + 18.0) & scene.on("web-3"), 12.0)
    return noisy(scene)


def test_a_key_is_looked_for_until_the_next_configuration(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(by_path())
    assert outcomes(sticky_hotspot, facts)["a key chooses the server"] == "for"
    assert (named(facts).fault, named(facts).target) == ("sticky-hotspot", "web-3")


@pytest.mark.parametrize(("part", "named_so"), [(0.14, True), (0.03, False)])
def test_a_tenth_of_all_that_came_to_one_server_is_enough_where_a_key_chooses(
    gathered: Callable[[Scene], Facts], part: float, named_so: bool
) -> None:
    """Some come through one address since the onset, and a key keeps that on one of four."""
    scene = Scene(rate=40)
    number = np.array([int(client.rpartition(".")[2]) for client in scene.client])
    scene.first[:] = scene.server[:] = [f"web-{n % 4 + 1}" for n in number]
    comes = scene.part(scene.between(ONSET), part)
    scene.client[comes], scene.first[comes], scene.server[comes] = "192.0.2.200", "web-1", "web-1"
    scene.slow(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.5), 12.0)
    found = outcomes(sticky_hotspot, gathered(noisy(scene)))
    assert (found["one server has far more than its part"] == "for") == named_so
