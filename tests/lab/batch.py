"""Records many incidents one after another, whatever their seeds decide."""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING, Final

from tests.lab import clients
from tests.lab.faults import CONTROLS, FIFTEEN
from tests.lab.record import plan_for, record
from tests.lab.tools import LabError, SpoiledError

if TYPE_CHECKING:
    from pathlib import Path

CHANCES: Final = 3


def choose(seed: int, faults: list[str]) -> str:
    """The fault of a seed: all fifteen in turn, and a control for every fifth."""
    if faults:
        return faults[seed % len(faults)]
    if seed % 5 == 0:
        return random.Random(f"control/{seed}").choice(CONTROLS)
    return FIFTEEN[(seed // 5 * 4 + seed % 5 - 1) % len(FIFTEEN)]


def batch(out: Path, count: int, first_seed: int, seconds: float | None, faults: list[str]) -> None:
    """Record `count` cases; one that comes to nothing is reported and left out."""
    for seed in range(first_seed, first_seed + count):
        fault = choose(seed, faults)
        start = time.monotonic()
        said = _tried(out, fault, seed, seconds)
        took = time.monotonic() - start
        sys.stdout.write(f"{fault}-{seed}: {said} ({took:.0f} s)\n")
        sys.stdout.flush()


def _tried(out: Path, fault: str, seed: int, seconds: float | None) -> str:
    """What became of a seed, which gets another chance where the machine spoiled it."""
    said = ""
    for _ in range(CHANCES):
        plan = plan_for(fault, seed, seconds)
        try:
            truth = record(plan, out / plan.id)
        except SpoiledError as error:
            said += f"spoiled: {error}; "
        except (LabError, OSError, *clients.ERRORS) as error:
            return f"{said}not recorded: {error}"
        else:
            return f"{said}{plan.balancer}, {plan.engine}, {truth['lines']} lines, {truth['notes']}"
    return f"{said}not recorded"
