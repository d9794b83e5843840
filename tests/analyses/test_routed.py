"""Lines of the configuration that send a path to a pool, the longest prefix before others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.routed import own_lines
from tests.analyses.traffic_builder import Scene
from tests.faults.scenes import ONSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def test_each_route_is_told_with_its_own_line(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(ONSET), 0.5), 500)
    scene.send("/cart", "web", 12)
    scene.send("/cart/old", "web", 9)
    scene.send("/", "web", 30)
    scene.send("/search", "files", 47)
    facts = gathered(scene)
    routes = ["GET /cart", "GET /cart/old/{id}", "GET /cartoon", "GET /search"]
    assert own_lines(facts, "web", routes) == {
        "GET /cart": "lb.cfg:12 location /cart",
        "GET /cart/old/{id}": "lb.cfg:9 location /cart/old",
        "GET /cartoon": "lb.cfg:12 location /cart",
    }
