"""Servers held against their equals, and clients against servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.comparison import affinity, baseline_rate, contrast, evenness
from tests.analyses.traffic_builder import FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def test_the_harm_on_one_server_is_all_its_own(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.between(60) & scene.on("web-2"))
    facts = gathered(scene)
    held = contrast(facts, facts.pools[0], ["web-2"])
    assert held is not None
    assert held.rate == 1.0
    assert held.others_rate < 0.02
    assert held.excess_share > 0.98
    assert 0.9 < held.difference.low < held.rate - held.others_rate <= held.difference.high <= 1.0
    assert held.requests + held.others == facts.pools[0].during


def test_harm_that_all_share_is_nobodys(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.4))
    facts = gathered(scene)
    held = contrast(facts, facts.pools[0], ["web-2"])
    assert held is not None
    assert held.difference.low < 0.0 < held.difference.high
    assert held.excess_share == pytest.approx(0.25, abs=0.05)


def test_harm_that_was_there_before_is_no_excess(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=50)
    scene.fail(scene.part(scene.on("web-1", "web-2", "web-3", "web-4"), 0.05), 500)
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.8))
    facts = gathered(scene)
    assert baseline_rate(facts, facts.pools[0]) == pytest.approx(0.055, abs=0.03)
    held = contrast(facts, facts.pools[0], ["web-2"])
    assert held is not None
    assert held.excess_share > 0.9


def test_attempts_that_others_saved_count_as_harm(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(product="nginx-access", servers=("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"))
    hit = scene.between(60) & scene.on("10.0.0.2:80")
    scene.retry(hit, "10.0.0.1:80")
    scene.fail(scene.part(hit, 0.3))
    facts = gathered(scene)
    held = contrast(facts, facts.pools[0], ["10.0.0.2:80"])
    assert held is not None
    assert held.rate == 1.0


@pytest.mark.parametrize("chosen", [(), FOUR])
def test_nobody_and_everybody_have_nobody_to_compare_with(
    gathered: Callable[[Scene], Facts], chosen: tuple[str, ...]
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.4))
    facts = gathered(scene)
    assert contrast(facts, facts.pools[0], chosen) is None


def test_servers_that_fare_alike_are_alike(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60), 0.5))
    held = evenness(gathered(scene))
    assert held is not None
    assert held.alike
    assert held.least > 0.35


def test_a_spared_server_makes_them_uneven(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(60) & ~scene.on("web-3"), 0.5))
    held = evenness(gathered(scene))
    assert held is not None
    assert not held.alike
    assert held.spared
    assert held.least < 0.05


def test_few_bad_requests_do_not_tell_who_was_spared(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(np.flatnonzero(scene.between(60) & ~scene.on("web-3"))[::30], 500)
    held = evenness(gathered(scene))
    assert held is not None
    assert not held.alike
    assert not held.spared


def test_servers_that_all_got_slower_are_alike(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.slow(scene.between(60), 1.8)
    scene.fail(scene.part(scene.between(60) & ~scene.on("web-3"), 0.5))
    held = evenness(gathered(scene))
    assert held is not None
    assert held.least < 0.1
    assert held.alike


def test_the_pool_with_most_harm_is_the_one_compared(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(servers=("web-1", "web-2", "api-1", "api-2"))
    scene.pool[scene.on("api-1", "api-2")] = "api"
    scene.fail(scene.part(scene.between(60) & scene.on("web-1", "web-2"), 0.6))
    scene.fail(scene.part(scene.between(60) & scene.on("api-1"), 0.1))
    held = evenness(gathered(scene))
    assert held is not None
    assert held.pool == "web"


def test_one_server_alone_has_no_evenness(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(servers=("web-1",))
    scene.fail(scene.part(scene.between(60), 0.6))
    assert evenness(gathered(scene)) is None


def test_clients_that_stay_with_their_server_are_told(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(clients=20)
    number = np.array([int(c.rpartition(".")[2]) for c in scene.client])
    scene.server = scene.first = np.array(FOUR, dtype=object)[number % 4]
    scene.fail(scene.part(scene.between(60), 0.6))
    facts = gathered(scene)
    told = affinity(facts, facts.pools[0]).during
    assert told is not None
    assert told > 0.9


def test_clients_that_go_everywhere_are_too(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(clients=20)
    scene.fail(scene.part(scene.between(60), 0.6))
    facts = gathered(scene)
    told = affinity(facts, facts.pools[0]).during
    assert told is not None
    assert told < 0.1


def test_of_clients_that_come_once_nothing_can_be_told(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(clients=1_000_000)
    scene.fail(scene.part(scene.between(60), 0.6))
    facts = gathered(scene)
    assert affinity(facts, facts.pools[0]).during is None
