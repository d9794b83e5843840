"""Records what the tests of the lab look at, before the other tests begin.

A recording is idle for most of its time, but wants a core whenever it wants one: a load generator
that gets none in time spoils it. So all recordings are made at once while the tests wait. One that
is refused is tried again beside the tests, which make way for it as far as the machine heeds
priorities, and at last after them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.lab.record import plan_for, record
from tests.lab.tools import LabError, missing

if TYPE_CHECKING:
    from tests.lab.plan import Plan

ROOT: Final = Path(__file__).parents[2]
# Each by its fault, with its seed and its database.
RECORDINGS: Final = {
    "skewed-weights": (611, "postgresql"),
    "outage": (612, "postgresql"),
    "connection-exhaustion": (613, "mariadb"),
}
ASKED: Final = bool(os.environ.get("CI") or os.environ.get("LAB"))
_PATIENCE_S: Final = 240
_FIRST_S: Final = 90
_TRIES: Final = 4
# Tests look at lines, moments and failures, which don't change with milliseconds as latencies do.
_LATE_S: Final = 0.1


def absent(fault: str) -> list[str]:
    """The programs that its recording needs and that aren't there."""
    engine = RECORDINGS[fault][1]
    return missing() + (missing("mariadbd", "mariadb-install-db") if engine == "mariadb" else [])


def begin(folder: Path) -> subprocess.Popen[bytes]:
    """Begin to record into a folder, at the priority that this process has now."""
    folder.mkdir()
    words = [sys.executable, "-m", "tests.lab.ahead", str(folder)]
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said)


def first_tried(folder: Path) -> None:
    """Wait until each recording has been tried once, or has had the time for it."""
    begun = time.monotonic()
    while not (folder / "tried").exists() and time.monotonic() < begun + _FIRST_S:
        time.sleep(0.2)


def recorded(folder: Path, fault: str) -> Path:
    """Wait for a recording, and return where it lies.

    Raises:
        LabError: it was refused, or never came.
    """
    ended, begun = folder / "ended", time.monotonic()
    while not (folder / fault).exists():
        if ended.exists() or time.monotonic() > begun + _PATIENCE_S:
            raise LabError((folder / "said").read_text(encoding="utf-8"))
        time.sleep(0.2)
    return folder / fault


def short(fault: str) -> Plan:
    """A plan of a quarter of a minute in which nothing else happens."""
    seed, engine = RECORDINGS[fault]
    plan = plan_for(fault, seed, 15)
    plan.engine = engine
    plan.without, plan.again, plan.cut_s, plan.ramp_s, plan.weak = "", None, 0.0, 0.0, False
    plan.seconds, plan.habits = 15, []
    plan.shift = os.getpid()  # somebody else may run the same tests on this machine
    plan.onset_s, plan.end_s, plan.shown, plan.background = 5.0, 12.0, "current", 0.0
    return plan


def _main(folder: Path) -> None:
    wanted = [fault for fault in RECORDINGS if not absent(fault)]
    try:
        with ProcessPoolExecutor(len(RECORDINGS)) as pool:
            made = pool.map(_record, [folder] * len(wanted), [short(fault) for fault in wanted])
            left = [fault for fault, done in zip(wanted, made, strict=True) if not done]
        (folder / "tried").touch()
        for _ in range(1, _TRIES):
            left = [fault for fault in left if not _record(folder, short(fault))]
    finally:
        (folder / "tried").touch()
        (folder / "ended").touch()


def _record(folder: Path, plan: Plan) -> bool:
    """Try to record a plan, and say whether it was done."""
    draft = folder / f"draft-{plan.fault}"
    try:
        record(plan, draft, most_s=_LATE_S)
    except LabError as error:
        sys.stderr.write(f"{plan.fault}: {error}\n")
        return False
    draft.rename(folder / plan.fault)
    return True


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
