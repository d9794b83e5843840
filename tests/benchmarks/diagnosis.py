"""Times everything after ingest on a case with a bad server in it, whole and stage by stage.

python -m tests.benchmarks.diagnosis [--requests N] [--clients N] [--paths N] [--rounds N]
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from logsleuth import investigation
from logsleuth.analyses import facts
from logsleuth.case.store import open_case
from tests.benchmarks import incident
from tests.benchmarks.ingest import Run, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# What took less than this isn't worth a row.
_WORTH_S: Final = 0.02


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.diagnosis")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--paths", type=int, default=0, help="so many that fold into no routes")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="logsleuth-benchmark-") as made:
        folder = Path(made)
        evidence, case = folder / "evidence", folder / "case.duckdb"
        incident.write(evidence, given.requests, clients=given.clients, paths=given.paths)
        command = [sys.executable, "-m", "logsleuth"]
        read = run([*command, "ingest", "--quiet", str(evidence), "--case", str(case)], folder)
        ask = [*command, "investigate", str(case), "--quiet", "--json", str(folder / "told.json")]
        runs = [run(ask, folder) for _ in range(given.rounds)]
        _print(runs, given.requests, dict(_stages(case)))
    return max(one.status for one in (read, *runs))


def _stages(case: Path) -> Iterator[tuple[str, float]]:
    """CPU seconds of what `investigate` calls, and of what `gather` calls; of all threads."""
    profile = cProfile.Profile(time.process_time)
    with open_case(case) as opened:
        profile.runcall(investigation.investigate, opened)
    for caller in (investigation.investigate, facts.gather):
        yield from _called(profile, caller)


def _called(
    profile: cProfile.Profile, caller: Callable[..., object]
) -> Iterator[tuple[str, float]]:
    code = caller.__code__
    key = (code.co_filename, code.co_firstlineno, code.co_name)
    for (file, _, name), (*_, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if key in callers and callers[key][3] >= _WORTH_S:
            # A comprehension is a function of its own: that of `investigate` asks every fault.
            called = "faults" if name == "<listcomp>" else f"{Path(file).stem}.{name}"
            yield f"{caller.__name__}: {called}", callers[key][3]


def _print(runs: Sequence[Run], requests: int, stages: dict[str, float]) -> None:
    told = [
        f"{requests:,} requests; medians of {len(runs)} rounds; load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()}",
        "",
        "| what | wall s (least) | CPU s (least) | peak MiB |",
        "| --- | --- | --- | --- |",
        f"| logsleuth investigate CASE "
        f"| {median(r.wall for r in runs):.2f} ({min(r.wall for r in runs):.2f}) "
        f"| {median(r.cpu for r in runs):.2f} ({min(r.cpu for r in runs):.2f}) "
        f"| {max(r.peak for r in runs):,.0f} |",
        "",
        "| stage | CPU s |",
        "| --- | --- |",
        *(f"| {name} | {seconds:.2f} |" for name, seconds in _ordered(stages)),
    ]
    sys.stdout.write("\n".join(told) + "\n")


def _ordered(stages: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(stages.items(), key=lambda item: (-item[1], item[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
