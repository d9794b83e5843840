"""What another server answered at the same moment clears what all servers share, or doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses.second_tries import answered_at_once
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array


SERVERS = ("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080", "10.0.0.4:8080")


def tried_again(scene: Scene, flags: Array, second_s: float, status: int = 200) -> Scene:
    """Let the first server of requests be given up on after 1.5 s, and the second take over."""
    scene.retry(flags, SERVERS[1], status=504)
    for i in flags.nonzero()[0].tolist():
        scene.statuses[i] = f"504, {status}"
        scene.took[i] = f"1.500, {second_s:.3f}"
    scene.status[flags] = status
    scene.duration_s[flags] = 1.5 + second_s
    return scene


def on_one(scene: Scene) -> Array:
    return scene.between(60) & scene.on(SERVERS[0])


def test_a_second_server_that_answers_at_once_clears_what_both_share(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(product="nginx-access", servers=SERVERS)
    check = answered_at_once(gathered(tried_again(scene, on_one(scene), 0.03)))
    assert check is not None
    assert check.outcome == "against"
    assert check.effect == 1.0
    assert check.interval is not None
    assert check.interval.low >= 0.9


@pytest.mark.parametrize(("second_s", "status"), [(1.2, 200), (0.01, 502)])
def test_a_second_server_that_waits_or_fails_as_well_clears_nobody(
    gathered: Callable[[Scene], Facts], second_s: float, status: int
) -> None:
    scene = Scene(product="nginx-access", servers=SERVERS)
    check = answered_at_once(gathered(tried_again(scene, on_one(scene), second_s, status)))
    assert check is not None
    assert check.outcome == "neutral"


def test_without_second_tries_there_is_no_experiment(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(product="nginx-access", servers=SERVERS)
    scene.slow(on_one(scene), 40.0)
    assert answered_at_once(gathered(scene)) is None
