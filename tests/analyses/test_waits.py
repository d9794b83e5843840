"""Where the time went: per server, before and in the window, and the gap that nobody logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def told(scene: Scene, gap_s: float) -> Scene:
    """Let instances tell of every request, `gap_s` less than the balancer waited on web-2 late."""
    late = scene.between(60.0) & scene.on("web-2")
    for i in range(len(scene)):
        took = float(scene.duration_s[i]) - (gap_s if late[i] else 0.001)
        scene.say(
            "application", float(scene.started[i] + scene.duration_s[i]) - BEGIN - 0.0005, "served",
            level="info", instance=f"box-{scene.server[i][-1]}", method="GET",
            path=scene.route[i], status=int(scene.status[i]), duration_s=took,
            database_s=0.4 * took,
        )  # fmt: skip
    return scene


def overload() -> Scene:
    """From the second minute on web-2 takes connections two seconds late."""
    scene = Scene(rate=10.0)
    late = scene.between(60.0) & scene.on("web-2")
    scene.duration_s[late] += 2.0
    scene.fail(scene.part(late, 0.5), 500)
    return told(scene, 2.0)


def test_the_gap_is_the_overloaded_servers(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(overload())
    by_server = {one.server: one for one in facts.waits.servers}
    hit, spared = by_server["web-2"], by_server["web-1"]
    assert hit.before.gap is not None
    assert hit.during.gap is not None
    assert spared.during.gap is not None
    assert hit.before.gap.median_s == pytest.approx(0.001, abs=0.002)
    assert hit.during.gap.median_s == pytest.approx(2.0, abs=0.01)
    assert spared.during.gap.median_s < 0.01
    assert hit.during.application is not None
    assert hit.during.application.median_s < 0.2
    assert hit.during.matched_share == pytest.approx(1.0, abs=0.05)


def test_what_nobody_logs_is_none(gathered: Callable[[Scene], Facts]) -> None:
    every = gathered(overload()).waits.all
    assert every.server == ""
    assert every.during.queue is None
    assert every.during.database is not None


def test_without_application_lines_only_the_balancers_side_is_known(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=10.0)
    scene.fail(scene.between(60.0) & scene.on("web-2"))
    every = gathered(scene).waits.all
    assert every.during.matched == 0
    assert every.during.application is None
    assert every.during.gap is None
    assert every.during.waited is not None
