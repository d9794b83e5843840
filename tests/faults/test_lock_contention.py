"""Lock waits that hold up a service, and those of a job beside another fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import lock_contention
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults.scenes import ONSET, claims, noisy

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def locked(seconds: float) -> Scene:
    """Two in three requests fail from the onset on, and statements wait for a lock."""
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET), 0.6), 500, seconds)
    for at in np.arange(ONSET + 1, 119, 2.0).tolist():
        scene.say("database", at, "process 17 still waiting for ShareLock on transaction 5 after"
                  " 1000.1 ms\nSTATEMENT:  update stock set n = n - 1", level="info")  # fmt: skip
    return noisy(scene)


@pytest.mark.parametrize(
    ("says", "claimed"),
    [("lock timeout while updating stock", ["stock"]), ("ZeroDivisionError: by zero", [])],
)
def test_exceptions_that_name_no_lock_acquit_the_locks(
    gathered: Callable[[Scene], Facts], says: str, claimed: list[str]
) -> None:
    scene = locked(0.8)
    for i in np.flatnonzero(scene.status == 500).tolist():
        at = float(scene.started[i]) - BEGIN + 0.8
        scene.say("application", at, f"unhandled\n{says}", instance=str(scene.first[i]))
    assert claims(lock_contention, gathered(scene)) == claimed
