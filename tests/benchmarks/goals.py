"""Holds ingest against its goals of speed and size, and against the peers that are installed.

python -m tests.benchmarks.goals [--lines N] [--rounds N] [--limit S] [--chdb PYTHON]

Everything is run in turn, A B C A B C …; a goal is judged by the median of the pairs of one round.
A peer that is still running at the limit is stopped, and counts with the time it had.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.benchmarks import nginx, writers
from tests.benchmarks.ingest import GOACCESS, Run, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_QUERY: Final = "select status, count(*), avg(bytes) from events group by 1 order by 1"
_ASK: Final = ";select sc_status, count(*), avg(sc_bytes) from access_log group by 1"
_LOGSLEUTH: Final = [sys.executable, "-m", "logsleuth"]


@dataclass(frozen=True, slots=True)
class Goal:
    """A share of two figures of runs, and the most that it may be."""

    text: str
    one: str
    other: str
    figure: Callable[[Run], float]
    most: float


def wall(taken: Run) -> float:
    return taken.wall


def cpu(taken: Run) -> float:
    return taken.cpu


GOALS: Final = (
    Goal("wall of a regex loop that stores nothing", "nginx", "python re", wall, 0.6),
    Goal("CPU of GoAccess", "nginx", "goaccess", cpu, 0.2),
    Goal("wall of ClickHouse in-process", "nginx", "chdb", wall, 0.5),
    Goal("wall of pgBadger", "postgresql", "pgbadger", wall, 0.05),
    Goal("wall of lnav's first answer", "first answer", "lnav", wall, 1.0),
    Goal("wall of lnav, which reads again, for the second", "second answer", "lnav", wall, 0.02),
    *(Goal(f"CPU of nginx, {kind}", kind, "nginx", cpu, 1.5) for kind in writers.KINDS),
    Goal("wall of the plain log, .gz", "nginx .gz", "nginx", wall, 1 / 0.7),
    Goal("wall of the whole log, half cut off", "half broken", "nginx", wall, 3.0),
)


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.goals")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a peer may take")
    parser.add_argument("--chdb", default=sys.executable, help="the Python that has chdb installed")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="logsleuth-benchmark-") as made:
        folder = Path(made)
        commands = _commands(folder, _logs(folder, given.lines), given.chdb)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        sizes: dict[str, int] = {}
        for _ in range(given.rounds):
            for name, command in commands.items():
                if name != "second answer":
                    (folder / "case.duckdb").unlink(missing_ok=True)
                runs[name].append(run(command, folder, given.limit))
                if name == "nginx":
                    sizes["case"] = (folder / "case.duckdb").stat().st_size
        sizes["log"] = (folder / "nginx.log").stat().st_size
        _print(runs, sizes, given.lines)
    return max(one.status for name, every in runs.items() if name in _OURS for one in every)


_OURS: Final = frozenset({"nginx", "nginx .gz", "half broken", "first answer", *writers.KINDS})


def _logs(folder: Path, lines: int) -> dict[str, Path]:
    logs = {name: folder / f"{name}.log" for name in ("nginx", "half broken", *writers.KINDS)}
    nginx.write(logs["nginx"], lines)
    nginx.write(logs["half broken"], lines, broken=0.5)
    for kind in writers.KINDS:
        writers.write(logs[kind], kind, lines)
    logs["nginx .gz"] = folder / "packed.log.gz"
    with logs["nginx"].open("rb") as plain, gzip.open(logs["nginx .gz"], "wb", 6) as out:
        shutil.copyfileobj(plain, out, 1 << 20)
    return logs


def _commands(folder: Path, logs: Mapping[str, Path], chdb: str) -> dict[str, list[str]]:
    case = ["--case", str(folder / "case.duckdb")]
    commands = {
        name: [*_LOGSLEUTH, "ingest", "--quiet", str(log), *case] for name, log in logs.items()
    }
    answer = [*_LOGSLEUTH, "sql", *case, _QUERY]
    # A shell for both commands: what a person waits for until the first answer.
    first = [*_LOGSLEUTH, "ingest", "--quiet", str(logs["nginx"]), *case]
    commands["first answer"] = ["sh", "-c", f"{_joined(first)} && {_joined(answer)}"]
    commands["second answer"] = answer
    return commands | _peers(folder, logs, chdb)


def _joined(words: Sequence[str]) -> str:
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


def _peers(folder: Path, logs: Mapping[str, Path], chdb: str) -> dict[str, list[str]]:
    log = str(logs["nginx"])
    peers = {"python re": [sys.executable, "-m", "tests.benchmarks.regex_loop", log]}
    programs = {
        "goaccess": [
            "goaccess", log, "--no-global-config", "--no-progress", f"--log-format={GOACCESS}",
            "--date-format=%d/%b/%Y", "--time-format=%H:%M:%S", "-o", str(folder / "ga.json"),
        ],
        "lnav": ["lnav", "-n", "-c", _ASK, log],
        "pgbadger": [
            "pgbadger", "-q", "-j", "2", "-f", "stderr", "-p", "%m [%p] %q%u@%d ",
            "-o", str(folder / "pgbadger.html"), str(logs["postgresql"]),
        ],
    }  # fmt: skip
    peers |= {name: words for name, words in programs.items() if shutil.which(words[0])}
    if (
        subprocess.run(
            [chdb, "-c", "import chdb"], check=False, stderr=subprocess.DEVNULL
        ).returncode
        == 0
    ):
        peers["chdb"] = [chdb, "-m", "tests.benchmarks.clickhouse", log]
    return peers


def _print(runs: Mapping[str, Sequence[Run]], sizes: Mapping[str, int], lines: int) -> None:
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()}"
    told = [f"{lines:,} lines each; medians of {len(runs['nginx'])} rounds in turn; {load}", ""]
    told += ["| what | wall s | CPU s | cores | peak MiB |", "| --- | --- | --- | --- | --- |"]
    for name, every in runs.items():
        seconds, used = median(r.wall for r in every), median(r.cpu for r in every)
        peak = max(r.peak for r in every)
        told.append(f"| {name} | {seconds:.2f} | {used:.2f} | {used / seconds:.2f} | {peak:,.0f} |")
    told += ["", "| goal: at most this share of | asked | measured | met |", "| --- " * 4 + "|"]
    told += [_judged(goal, runs) for goal in GOALS]
    share = sizes["case"] / sizes["log"]
    told.append(f"| bytes of the log, the case | 0.20 | {share:.2f} | {_met(share <= 0.2)} |")
    sys.stdout.write("\n".join(told) + "\n")


def _judged(goal: Goal, runs: Mapping[str, Sequence[Run]]) -> str:
    if goal.one not in runs or goal.other not in runs:
        return f"| {goal.text} | {goal.most:.2f} | not installed | |"
    pairs = zip(runs[goal.one], runs[goal.other], strict=True)
    share = median(goal.figure(one) / goal.figure(other) for one, other in pairs)
    return f"| {goal.text} | {goal.most:.2f} | {share:.2f} | {_met(share <= goal.most)} |"


def _met(reached: bool) -> str:
    return "yes" if reached else "no"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
