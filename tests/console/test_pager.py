"""Answers on a real terminal: paged there and only there, cut to its width, never binary."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [sys.executable, "-m", "logsleuth"]
WIDE = "select repeat('wide ', 40) as text, 1234567 as figure, 'last' as last"


def on_a_terminal(words: list[str], columns: int = 80, **environ: str) -> tuple[int, str, str]:
    """Run a command on a terminal of its own; return status, screen and stderr."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    told = {**os.environ, "TERM": "xterm", "PAGER": "", **environ}
    told.pop("COLUMNS", None)
    with subprocess.Popen(
        [*WORDS, *words], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=told
    ) as ran:
        os.close(theirs)
        shown = b""
        while data := _read(ours):
            shown += data
        assert ran.stderr
        err = ran.stderr.read().decode()
    os.close(ours)
    return ran.returncode, shown.decode().replace("\r\n", "\n"), err


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the last of them has closed it
        return b""


def pager(tmp_path: Path) -> Path:
    """A pager that keeps what it is given, and says which options of less it found."""
    script = tmp_path / "keeps pages"
    script.write_text(f'#!/bin/sh\necho "LESS=$LESS"; cat > "{tmp_path}/page"\n', "utf-8")
    script.chmod(0o755)
    return script


def test_a_terminal_gets_a_pager_a_pipe_does_not(case: Path, tmp_path: Path) -> None:
    words = ["sql", "--case", str(case), WIDE]
    quoted = f"'{pager(tmp_path)}'"
    status, shown, err = on_a_terminal(words, PAGER=quoted, LESS="S")
    assert (status, shown, err) == (0, "LESS=S\n", "")
    page = (tmp_path / "page").read_text(encoding="utf-8")
    assert "1234567" in page
    assert max(len(re.sub("\x1b\\[[0-9]*m", "", line)) for line in page.splitlines()) <= 80
    (tmp_path / "page").unlink()
    piped = subprocess.run(
        [*WORDS, *words], capture_output=True, text=True, check=True,
        env={**os.environ, "PAGER": quoted},
    )  # fmt: skip
    assert not (tmp_path / "page").exists()
    assert "wide " * 40 in piped.stdout
    status, shown, _ = on_a_terminal([*words, "--no-pager"], PAGER=quoted)
    assert not (tmp_path / "page").exists()
    assert "1234567" in shown


def test_less_gets_the_options_that_git_gives_it(case: Path, tmp_path: Path) -> None:
    words = ["sql", "--case", str(case), "select 1"]
    _, shown, _ = on_a_terminal(words, PAGER=f"'{pager(tmp_path)}'")
    assert shown == "LESS=FRX\n"


def test_leaving_the_pager_early_is_no_failure(case: Path) -> None:
    words = ["sql", "--case", str(case), "select repeat('x', 60) as x from range(100000)"]
    status, _, err = on_a_terminal(words, PAGER="head -n 1")
    assert (status, err) == (0, "")


def test_without_a_pager_that_runs_the_answer_comes_all_the_same(case: Path) -> None:
    words = ["sql", "--case", str(case), "select 42 as answer"]
    status, shown, _ = on_a_terminal(words, PAGER="no-such-pager-anywhere")
    assert (status, shown.splitlines()[0].strip()) == (0, "\x1b[1manswer\x1b[0m")


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_tables_fit_the_terminal(case: Path, columns: int) -> None:
    words = ["query", "sources", "--case", str(case), "--no-pager", "--color", "never"]
    status, shown, _ = on_a_terminal(words, columns)
    assert status == 0
    assert max(map(len, shown.splitlines())) <= columns
    whole = str(case.parent / "evidence/postgresql.log") in shown
    assert whole or "…" in shown


def test_parquet_is_not_written_to_a_terminal(case: Path, tmp_path: Path) -> None:
    words = ["sql", "--case", str(case), "-f", "parquet", "select 1 as n"]
    status, shown, err = on_a_terminal(words)
    assert (status, shown) == (2, "")
    assert err.splitlines()[1] == "  hint: add -o FILE.parquet, or > FILE.parquet"
    target = tmp_path / "n.parquet"
    assert on_a_terminal([*words, "-o", str(target)]) == (0, "", "")
    piped = subprocess.run([*WORDS, *words], capture_output=True, check=True).stdout
    assert target.read_bytes() == piped
    assert piped.startswith(b"PAR1")


def test_no_color_and_force_color(case: Path) -> None:
    words = ["sql", "--case", str(case), "select 1 as n"]
    assert "\x1b" in on_a_terminal(words, PAGER="cat")[1]
    assert "\x1b" not in on_a_terminal(words, PAGER="cat", NO_COLOR="1")[1]
    forced = subprocess.run(
        [*WORDS, *words], capture_output=True, text=True, check=True,
        env={**os.environ, "FORCE_COLOR": "1"},
    )  # fmt: skip
    assert "\x1b[1m" in forced.stdout
