"""Records many incidents one after another, whatever their seeds decide."""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

import psycopg

from tests.lab.faults import CONTROLS, FIFTEEN
from tests.lab.record import plan_for, record
from tests.lab.tools import LabError

if TYPE_CHECKING:
    from pathlib import Path


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
        plan = plan_for(fault, seed, seconds)
        start = time.monotonic()
        try:
            truth = record(plan, out / plan.id)
            said = f"{truth['lines']} lines, {truth['notes']}"
        except (LabError, OSError, psycopg.Error) as error:
            said = f"not recorded: {error}"
        took = time.monotonic() - start
        sys.stdout.write(f"{plan.id}: {plan.balancer}, {said} ({took:.0f} s)\n")
        sys.stdout.flush()
