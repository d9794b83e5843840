"""`sql`: a stranger's statement can read the case and do nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

HOLD = """
import sys
from pathlib import Path
from logsleuth.case.store import write_case
with write_case(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_object_a_line_with_times_in_utc(run: Callable[..., Ran], case: Path) -> None:
    statement = (
        "SELECT line, ts, status, template_id FROM events WHERE role = 'balancer' ORDER BY 1"
    )
    ran = run("sql", "--case", case, "--format", "jsonl", statement)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.status, len(rows)) == (0, 59)
    assert rows[0]["ts"].startswith("2026-03-01T10:00:01")
    assert rows[0]["ts"].endswith("Z")
    assert rows[0]["template_id"] is None


def test_the_statement_may_come_from_standard_input(
    run: Callable[..., Ran], case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("select 1 as one;\n"))
    assert run("sql", "--case", case, "-f", "csv", "-").out == "one\n1\n"


@pytest.mark.parametrize(
    "statement",
    [
        "selec",
        "select no_such_column from events",
        "select 1; select 2",
        "",
        "create table t (a int)",
        "delete from records",
        "copy (select 1) to 'out.csv'",
        "select * from read_csv('README.md')",
        "select * from read_text('pyproject.toml')",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_what_is_refused_is_said_in_words(
    run: Callable[..., Ran], case: Path, statement: str
) -> None:
    before = case.read_bytes()
    ran = run("sql", "--case", case, statement)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("logsleuth: ")
    assert "Traceback" not in ran.err
    assert case.read_bytes() == before


def test_a_case_that_is_not_there(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run("sql", "--case", tmp_path / "none.duckdb", "select 1")
    assert ran.status == 2
    assert "there is no such case" in ran.err


@pytest.mark.parametrize("content", [b"", b"not a case\n" * 4000])
def test_a_file_that_is_no_case(run: Callable[..., Ran], tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.duckdb"
    other.write_bytes(content)
    ran = run("sql", "--case", other, "select 1")
    assert ran.status == 2
    assert "not a case" in ran.err
    assert other.read_bytes() == content


def test_a_case_that_is_being_written(run: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "held\n"
        ran = run("sql", "--case", path, "select 1")
        writer.communicate("")
    assert ran.status == 2
    assert "another process is writing" in ran.err
