"""The roof: help that opens at once, errors in words, and statuses that scripts can rely on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from logsleuth import __version__, cli
from logsleuth.errors import CaseError, EvidenceError, LogsleuthError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

HEAVY = ("duckdb", "polars", "plotly", "pyarrow", "numpy", "scipy", "rich", "jinja2", "crossplane")
LOADED = f"""
import sys
from logsleuth.cli import main
status = main(sys.argv[1:])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else status)
"""
# Who runs the tests in the background ignores Ctrl-C, and what is started from there does, too.
PIPED = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from logsleuth.cli import main
sys.exit(main(sys.argv[1:]))
"""


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)


@pytest.mark.parametrize("words", [["--help"], ["-h"], [], ["investigate", "-h"], ["--version"]])
def test_help_is_light(words: list[str]) -> None:
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout
    # 0.1 s on an idle machine; this is a bound for a busy one.
    assert time.perf_counter() - began < 5


def test_version(run: Callable[..., Ran]) -> None:
    assert run("--version").out == f"logsleuth {__version__}\n"


def test_nothing_typed_prints_the_help(run: Callable[..., Ran]) -> None:
    assert run() == run("--help")


def test_a_misspelt_command_is_answered_with_the_nearest(run: Callable[..., Ran]) -> None:
    ran = run("investigat", "logs")
    assert (ran.status, ran.out) == (2, "")
    assert "Did you mean 'investigate'" in ran.err


def test_a_misspelt_option_is_answered_with_the_nearest(run: Callable[..., Ran]) -> None:
    ran = run("sql", "--cas", "x", "select 1")
    assert ran.status == 2
    assert "--case" in ran.err
    assert "hint: logsleuth sql --help" in ran.err


@pytest.mark.parametrize("error", [LogsleuthError, EvidenceError, CaseError])
def test_our_errors_are_told_with_their_hint(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, error: type[LogsleuthError]
) -> None:
    failing(monkeypatch, error("a.log:7: broken \x1b[2J", hint="do this"))
    ran = run("formats")
    assert (ran.status, ran.out) == (error.exit_status, "")
    assert ran.err.startswith("logsleuth: a.log:7: broken ")
    assert ran.err.endswith("\n  hint: do this\n")
    assert "\x1b" not in ran.err


def test_what_nobody_expected_is_one_line(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, ZeroDivisionError("by zero"))
    ran = run("formats")
    assert ran.status == 70
    assert ran.err == (
        "logsleuth: unexpected ZeroDivisionError: by zero\n  hint: run again with --debug\n"
    )


def test_debug_shows_where(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ZeroDivisionError("by zero"))
    ran = run("formats", "--debug")
    assert ran.status == 70
    assert "Traceback" in ran.err
    failing(monkeypatch, EvidenceError("none"))
    ran = run("--debug", "formats")
    assert ran.status == 3
    assert "Traceback" in ran.err


def test_a_file_that_may_not_be_used(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, PermissionError(13, "Permission denied", "a.html"))
    ran = run("formats")
    assert ran.status == 2
    assert ran.err.startswith("logsleuth: a.html: Permission denied\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    failing(monkeypatch, error)
    assert run("formats") == type(run("formats"))(130, "", "")


def test_ctrl_c_in_the_middle_of_reading(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PIPED, "ingest", "-", "--case", str(tmp_path / "a.duckdb")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as reader:
        assert reader.stdin
        reader.stdin.write(b"2026-03-01T10:00:00Z INFO a\n")
        reader.stdin.flush()
        deadline = time.monotonic() + 30
        while not (tmp_path / "a.duckdb").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        reader.send_signal(signal.SIGINT)
        _, err = reader.communicate()
    assert (reader.returncode, err) == (130, b"")


def test_a_pipe_that_closes_early_is_no_failure(case: Path) -> None:
    statement = "select repeat('x', 1000) as x from range(5000)"
    with subprocess.Popen(
        [sys.executable, "-c", PIPED, "sql", "--case", str(case), "-f", "jsonl", statement],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writer:
        assert writer.stdout
        assert writer.stderr
        assert writer.stdout.read(10)
        writer.stdout.close()
        err = writer.stderr.read()
    assert (writer.returncode, err) == (141, b"")


def test_it_runs_as_a_module_under_any_encoding(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "logsleuth", "formats"],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "HOME": str(tmp_path)},
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"nginx-access" in ran.stdout
