"""What reached a server and went well clears who is behind it, where the rest never got there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.unreached import never_reached_a_server
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def turned_away(share: float = 0.4) -> Scene:
    """From 60 s on the balancer turns requests away without asking a server."""
    scene = Scene(rate=40.0)
    away = scene.part(scene.between(60), share)
    scene.fail(away, 503, 0.001)
    scene.server[away] = scene.first[away] = ""
    return scene


def test_what_is_served_as_before_clears_who_was_asked(
    gathered: Callable[[Scene], Facts],
) -> None:
    check = never_reached_a_server(gathered(turned_away()))
    assert check is not None
    assert check.outcome == "against"
    assert check.interval is not None
    assert check.interval.high <= 1.25


def test_a_limit_that_fills_up_because_servers_are_slow_clears_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = turned_away()
    scene.slow(scene.between(60) & (scene.server != ""), 1.6)
    check = never_reached_a_server(gathered(scene))
    assert check is not None
    assert check.outcome == "neutral"


def test_failures_of_servers_are_no_business_of_it(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=40.0)
    scene.fail(scene.part(scene.between(60), 0.4), 503, 0.001)
    assert never_reached_a_server(gathered(scene)) is None
