"""Completion through the protocols that shells speak, and nothing hostile among what is offered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.case import library
from logsleuth.console import bash, completion
from logsleuth.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("duckdb", "polars", "plotly", "pyarrow", "numpy", "scipy", "jinja2", "crossplane")
LIGHT = f"""
import sys
from logsleuth.cli import main
status = main([])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else status)
"""


class Context:
    """What Typer tells of the words before the one that is typed."""

    def __init__(self, *args: str, **params: Any) -> None:
        self.args = list(args)
        self.params: dict[str, Any] = params


def in_bash(words: list[str], folder: Path, *, code: str = "", **environ: str) -> list[str]:
    told = {
        **os.environ, "_LOGSLEUTH_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1), **environ,
    }  # fmt: skip
    command = [sys.executable, *(("-c", code) if code else ("-m", "logsleuth"))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=told, cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.split()


@pytest.fixture
def here(case: Path, tmp_path: Path) -> Path:
    """A folder with one case, one file that only looks like one, and hostile names."""
    shutil.copy(case, tmp_path / "incident.duckdb")
    (tmp_path / "inert.duckdb").write_bytes(b"no case")
    for name in ("in $(touch owned).duckdb", "in;touch owned.duckdb"):
        shutil.copy(case, tmp_path / name)
    return tmp_path


def test_names_of_queries_and_faults_without_an_engine(tmp_path: Path) -> None:
    found = in_bash(["logsleuth", "query", "slow"], tmp_path, code=LIGHT)
    assert found == [name for name in library.load() if name.startswith("slow")]
    faults = in_bash(["logsleuth", "explain", ""], tmp_path, code=LIGHT)
    assert faults == sorted(fault.NAME for fault in FAULTS)


def test_parameters_of_the_query_that_is_typed(tmp_path: Path) -> None:
    found = in_bash(["logsleuth", "query", "slow-requests", "-p", ""], tmp_path, code=LIGHT)
    assert found == [f"{one.name}=" for one in library.load()["slow-requests"].parameters]
    assert in_bash(["logsleuth", "query", "no-such", "-p", ""], tmp_path) == []


def test_values_that_the_case_has(here: Path) -> None:
    for name in ("in $(touch owned).duckdb", "in;touch owned.duckdb", "inert.duckdb"):
        (here / name).unlink()
    words = ["logsleuth", "query", "failures-by-server", "-p"]
    assert in_bash([*words, "pool", "="], here) == []  # the logs of this case name no pool
    own = here / "own"
    own.mkdir()
    (own / "of_server.sql").write_text(
        '/*\ntitle = "Own"\nanswers = "?"\ncolumns = ["x"]\n[parameters]\n'
        'server = { type = "text", help = "Only it." }\n*/\nselect $server::text as x', "utf-8"
    )  # fmt: skip
    words = ["logsleuth", "query", "of-server", "--queries", "own", "-p", "server", "="]
    # bash puts what is offered behind the last `=` or `:` of what is there.
    servers = [f"10.0.0.{n}:8080" for n in range(1, 5)]
    assert in_bash(words, here) == servers
    assert in_bash([*words, "10.0.0.2"], here) == [servers[1]]
    assert in_bash([*words, "10.0.0.2", ":", "80"], here) == ["8080"]
    environ = {"LOGSLEUTH_CASE": str(here / "none.duckdb")}
    assert in_bash(words, here, **environ) == []


def test_cases_and_only_cases(here: Path) -> None:
    words = ["logsleuth", "query", "sources", "--case"]
    assert in_bash([*words, ""], here, code=LIGHT) == ["incident.duckdb"]
    assert in_bash([*words, "in"], here, code=LIGHT) == ["incident.duckdb"]
    assert in_bash([*words, f"{here}/i"], here) == [f"{here}/incident.duckdb"]
    assert in_bash([*words, "nowhere/"], here) == []
    assert not (here / "owned").exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_offered_the_same(here: Path, shell: str) -> None:
    for line, offered in (("query slow", "slow-requests"), ("query sources --case in", "incident")):
        told = {
            **os.environ, "_LOGSLEUTH_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_ARGS": f"logsleuth {line}", "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-m", "logsleuth"],
            capture_output=True, text=True, check=False, env=told, cwd=here,
        )  # fmt: skip
        assert offered in ran.stdout
        assert "touch" not in ran.stdout


def test_the_real_script_in_a_real_bash(here: Path) -> None:
    (here / "bin").mkdir()
    program = here / "bin/logsleuth"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m logsleuth "$@"\n', "utf-8")
    program.chmod(0o755)
    script = (
        'eval "$(_LOGSLEUTH_COMPLETE=source_bash logsleuth)"\n'
        "COMP_WORDS=(logsleuth query slow-requests --case in); COMP_CWORD=4\n"
        '_logsleuth_completion logsleuth; printf "%s|" "${COMPREPLY[@]}"\n'
        "COMP_WORDS=(logsleuth timeline --tz Europe/Berl); COMP_CWORD=3\n"
        '_logsleuth_completion logsleuth; printf "%s|" "${COMPREPLY[@]}"\n'
    )
    environ = {**os.environ, "PATH": f"{here}/bin:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True, text=True, check=False, env=environ, cwd=here,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "incident.duckdb|Europe/Berlin|")


def test_what_means_something_to_a_shell_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    hostile = ["web", "$(touch owned)", "a b", "`id`", "x;id", "'", '"', "a\\b", "~", "x\ny", "*"]
    monkeypatch.setattr("logsleuth.case.offered.offered", lambda *_: hostile)
    context = Context("slow-requests", case=str(here / "incident.duckdb"))
    assert completion.parameters(context, "pool=") == [("pool=web", "")]


def test_what_is_wrong_offers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logsleuth.toml").write_text("nonsense", "utf-8")
    assert in_bash(["logsleuth", "query", ""], tmp_path) == []
    assert in_bash(["logsleuth", "que"], tmp_path) == ["query"]


@pytest.mark.parametrize(
    ("words", "current", "joined", "place"),
    [
        (["l", "-p", "a", "=", "b"], 4, ["l", "-p", "a=b"], 2),
        (["l", "-p", "a", "="], 3, ["l", "-p", "a="], 2),
        (["l", "-p", "a", "=", "h", ":", "1", "x"], 7, ["l", "-p", "a=h:1", "x"], 3),
        (["l", "x", ""], 2, ["l", "x", ""], 2),
        (["l", "="], 1, ["l", "="], 1),
        ([""], 0, [""], 0),
    ],
)
def test_words_that_bash_cut_are_whole(
    words: list[str], current: int, joined: list[str], place: int
) -> None:
    assert bash.whole(words, current) == (joined, place)
