"""Times ingest against a regex loop in Python and GoAccess, in turn: A B C A B C ….

python -m tests.benchmarks.ingest [--lines N] [--rounds N] [--broken SHARE] [--gz]
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks import nginx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INGEST = "logsleuth ingest"
GOACCESS = '%h - %e [%d:%t %^] "%r" %s %b "%R" "%u" "%^" %^ %T %^'


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took, as the system accounts for it when it has ended."""

    wall: float
    cpu: float
    peak: float
    status: int


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ingest")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broken", type=float, default=0.0, help="share of lines that are cut off")
    parser.add_argument("--gz", action="store_true", help="ingest reads the log as .gz")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="logsleuth-benchmark-") as folder:
        log, case = Path(folder) / "access.log", Path(folder) / "case.duckdb"
        nginx.write(log, given.lines, broken=given.broken)
        commands = _commands(log, _packed(log) if given.gz else log, case)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        size = 0
        for _ in range(given.rounds):
            for name, command in commands.items():
                case.unlink(missing_ok=True)
                runs[name].append(run(command, Path(folder)))
                size = case.stat().st_size if name == INGEST else size
        _print(runs, given.lines, log.stat().st_size, size)
    return max(run.status for every in runs.values() for run in every)


def _packed(log: Path) -> Path:
    packed = log.with_suffix(".log.gz")
    with log.open("rb") as plain, gzip.open(packed, "wb", 6) as out:
        shutil.copyfileobj(plain, out, 1 << 20)
    return packed


def _commands(log: Path, read: Path, case: Path) -> dict[str, list[str]]:
    python = sys.executable
    commands = {
        INGEST: [python, "-m", "logsleuth", "ingest", "--quiet", str(read), "--case", str(case)],
        "Python re, rows thrown away": [python, "-m", "tests.benchmarks.regex_loop", str(log)],
    }
    goaccess = shutil.which("goaccess")
    if goaccess:
        commands["goaccess, JSON report"] = [
            goaccess, str(log), "--no-global-config", "--no-progress", f"--log-format={GOACCESS}",
            "--date-format=%d/%b/%Y", "--time-format=%H:%M:%S", "-o", str(case) + ".json",
        ]  # fmt: skip
    return commands


def run(command: Sequence[str], folder: Path, limit: float | None = None) -> Run:
    """Run a command to its end, with its temporary files in a folder.

    After so many seconds it is stopped with all that it has started: then it took more than that.
    """
    began = time.perf_counter()
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment,
        start_new_session=True,
    )  # fmt: skip
    stop = threading.Timer(limit or 0.0, os.killpg, (process.pid, signal.SIGKILL))
    if limit is not None:
        stop.start()
    _, status, used = os.wait4(process.pid, 0)
    stop.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)


def _print(runs: Mapping[str, Sequence[Run]], lines: int, size: int, stored: int) -> None:
    rounds = len(runs[INGEST])
    told = [
        f"{lines:,} lines, {size / 1e6:,.0f} MB; the case has {stored / 1e6:,.1f} MB; "
        f"medians of {rounds} rounds in turn; load {os.getloadavg()[0]:.1f} on {os.cpu_count()}",
        "",
        "| what | wall s (least) | CPU s (least) | peak MiB | lines/s | wall ratio | CPU ratio |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    base = runs[INGEST]
    for name, every in runs.items():
        wall = median(run.wall for run in every)
        # Ratios are of pairs: both runs of one round had the same neighbours on the machine.
        pairs = list(zip(every, base, strict=True))
        ratio = median(run.wall / own.wall for run, own in pairs)
        cpu_ratio = median(run.cpu / own.cpu for run, own in pairs)
        told.append(
            f"| {name} | {wall:.2f} ({min(run.wall for run in every):.2f}) "
            f"| {median(run.cpu for run in every):.2f} ({min(run.cpu for run in every):.2f}) "
            f"| {max(run.peak for run in every):,.0f} | {lines / wall:,.0f} "
            f"| {ratio:.2f} | {cpu_ratio:.2f} |"
        )
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
