"""More traffic than the capacity, which fills all servers or at first the busiest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.faults import bad_instance, traffic_surge
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import ONSET, claims, named, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def surge(share: float, *, times: float = 2.0) -> Scene:
    """So many times as many requests from the onset on, of which one server has a share."""
    scene = Scene(rate=40.0 * times)
    scene.drop(scene.part(scene.between(0, ONSET), 1.0 - 1.0 / times))
    rest = (1.0 - share) / 3
    scene.give(scene.between(0), {"web-1": share, "web-2": rest, "web-3": rest, "web-4": rest})
    return scene


def test_a_surge_that_all_servers_feel_is_named(gathered: Callable[[Scene], Facts]) -> None:
    scene = surge(0.25)
    scene.slow(scene.between(ONSET), 8.0)
    assert named(gathered(scene)).fault == "traffic-surge"


def test_a_surge_that_fills_the_busiest_server_first_is_no_bad_instance(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = surge(0.55)
    scene.slow(scene.between(ONSET) & scene.on("web-1"), 8.0)
    facts = gathered(scene)
    assert named(facts).fault == "traffic-surge"
    assert claims(bad_instance, facts) == []
    assert outcomes(traffic_surge, facts)["the busiest server is overloaded first"] == "for"


@pytest.mark.parametrize(("share", "times"), [(0.25, 2.0), (0.55, 1.0)])
def test_one_with_an_equal_part_or_without_more_to_do_is_ill(
    gathered: Callable[[Scene], Facts], share: float, times: float
) -> None:
    scene = surge(share, times=times)
    scene.slow(scene.between(ONSET) & scene.on("web-1"), 8.0)
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("bad-instance", "web-1")


@pytest.mark.parametrize("by_load", [True, False])
def test_servers_that_are_the_worse_the_more_they_get_are_filled_by_a_surge(
    gathered: Callable[[Scene], Facts], by_load: bool
) -> None:
    """A key deals out unequal parts, and none is far the greatest."""
    scene = surge(0.25)
    parts = {"web-1": 0.31, "web-2": 0.27, "web-3": 0.24, "web-4": 0.18}
    scene.give(scene.between(0), parts)
    ill = {"web-1": 0.6, "web-2": 0.35, "web-3": 0.15} if by_load else {"web-3": 0.6}
    for server, share in ill.items():
        scene.slow(scene.part(scene.between(ONSET) & scene.on(server), share), 20.0)
    facts = gathered(scene)
    check = "the more a server gets, the worse it is"
    assert (check in outcomes(traffic_surge, facts)) == by_load
    assert (claims(traffic_surge, facts) != []) == by_load


def test_equal_parts_rank_as_nothing(gathered: Callable[[Scene], Facts]) -> None:
    scene = surge(0.25)
    for number, server in enumerate(("web-1", "web-2", "web-3", "web-4"), 1):
        scene.slow(scene.part(scene.between(ONSET) & scene.on(server), 0.2 * number), 20.0)
    found = outcomes(traffic_surge, gathered(scene))
    assert "the more a server gets, the worse it is" not in found


def test_as_many_requests_as_before_are_no_surge(gathered: Callable[[Scene], Facts]) -> None:
    scene = surge(0.25, times=1.0)
    scene.fail(scene.part(scene.between(ONSET), 0.5), 500, 0.3)
    assert traffic_surge.examine(gathered(scene)) == []


def test_where_the_busiest_was_full_before_nobody_is_cleared_or_called_ill(
    gathered: Callable[[Scene], Facts],
) -> None:
    """The evidence may begin within the rush: as many came before, and it was slow for them."""
    scene = surge(0.55, times=1.0)
    scene.slow(scene.between(0) & scene.on("web-1"), 2.0)
    scene.slow(scene.between(ONSET) & scene.on("web-1"), 5.0)
    facts = gathered(scene)
    assert claims(bad_instance, facts) == []
    assert statuses(facts)["client"] == "inconclusive"
