"""What makes calm doubtful, each by itself; and that plain calm is beyond doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import doubts
from logsleuth.analyses.facts import Calm, gather
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.case.store import Case


def calm(_: Scene) -> None:
    """Leave it so."""


def stirred(scene: Scene) -> None:
    scene.fail(np.flatnonzero(scene.between(70, 76))[::18], 500)


def sampled(scene: Scene) -> None:
    """The applications tell of three times as many requests."""
    scene.applications()
    scene.applications()


def accused(scene: Scene) -> None:
    for at in (scene.started[scene.part(scene.between(60, 90), 0.3)] - BEGIN).tolist():
        scene.statement(at, "select label from items where id = 7", 0.12)


def chronic(scene: Scene) -> None:
    scene.fail(scene.part(scene.of("/cart"), 0.06), 500)


def unequal(scene: Scene) -> None:
    scene.duration_s *= 5.0
    scene.slow(scene.on("web-2"), 2.0)


def steadily_slow(scene: Scene) -> None:
    for at in np.linspace(1, 118, 300).tolist():
        scene.statement(at, "insert into ride (item_id) values (7)", 0.3)


def a_little(scene: Scene) -> None:
    """All wait a third of their time longer for a while; the longest don't."""
    scene.duration_s[:] = 0.2
    scene.duration_s[scene.part(scene.between(0), 0.1)] = 0.5
    scene.slow(scene.between(60, 80) & (scene.duration_s < 0.3), 1.65)


def drifting(scene: Scene) -> None:
    """One route of four takes two thirds longer from the middle on."""
    scene.duration_s *= 4.0
    scene.slow(scene.between(60) & scene.of("/search"), 1.65)


def recovering(scene: Scene) -> None:
    """The same, but it was slow before the evidence begins."""
    scene.duration_s *= 4.0
    scene.slow(scene.between(0, 60) & scene.of("/search"), 1.65)


def untimed(scene: Scene) -> None:
    scene.duration_s[:] = np.nan


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (calm, ()),
        (stirred, ("of the requests failed",)),
        (sampled, ("has only 33% of what the applications served",)),
        (accused, ("slow statements to each request",)),
        (untimed, ("has no times",)),
        (chronic, ("GET /cart failed in",)),
        (steadily_slow, ("statements of 0.2 s or more",)),
        (a_little, ("were slow for their route", "times as long as otherwise (median)")),
        (drifting, ("UTC GET /search took 1.",)),
        (recovering, ("UTC GET /search took 1.",)),
        (unequal, ("times as long as its equals",)),
    ],
)
def test_each_doubt_is_told(
    change: Callable[[Scene], None], says: tuple[str, ...], case_of: Callable[[Scene], Case]
) -> None:
    scene = Scene(rate=30)
    scene.applications()
    change(scene)
    case = case_of(scene)
    found = gather(case)
    assert isinstance(found, Calm)
    told = [doubt.told for doubt in doubts.find(case, found)]
    assert len(told) == len(says)
    assert all(expected in one for expected, one in zip(says, told, strict=True))
