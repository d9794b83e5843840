"""The wheel, not the tree: what people install has all that it needs, wherever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
DATA: Final = {".toml", ".sql", ".j2", ".css", ".js", ".md", ".typed"}
FOLDERS: Final = {
    "logsleuth": "logsleuth",
    "queries": "logsleuth/queries",
    "reports": "logsleuth/reports",
}

pytest.importorskip("hatchling", reason="needs hatchling, which the test extra brings")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed in it, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (folder / "dist").glob("logsleuth-*.whl")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
            "--disable-pip-version-check", "--target", folder / "site", wheel,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "site"


def outside(installed: Path, *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_it_is_the_wheel_that_runs(installed: Path) -> None:
    where = outside(installed, "-c", "import logsleuth; print(logsleuth.__file__)")
    assert Path(where.strip()).is_relative_to(installed)


def test_every_file_of_data_is_in_it(installed: Path) -> None:
    for folder, inside in FOLDERS.items():
        wanted = {
            path.relative_to(ROOT / folder)
            for path in (ROOT / folder).rglob("*")
            if path.suffix in DATA
        }
        there = {path.relative_to(installed / inside) for path in (installed / inside).rglob("*")}
        assert wanted
        assert wanted <= there


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("query", "--list"), "balancer-shares"),
        (("formats",), "nginx-access"),
        (("explain", "outage"), "PREVENT IT"),
        (("--help",), "show"),
    ],
)
def test_it_runs_from_outside_the_checkout(
    installed: Path, command: tuple[str, ...], said: str
) -> None:
    assert said in outside(installed, str(installed / "bin" / "logsleuth"), *command)


def test_it_reads_evidence_and_draws_nothing_from_the_checkout(
    installed: Path, read_evidence: Path, tmp_path: Path
) -> None:
    case = str(tmp_path / "a.duckdb")
    outside(installed, "-m", "logsleuth", "ingest", str(read_evidence), "--case", case)
    out = outside(installed, "-m", "logsleuth", "query", "sources", "--case", case)
    assert "postgresql.log" in out
