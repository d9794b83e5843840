"""`ingest`: a case, an account of every line, and stdout left to data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_the_summary_is_on_stderr(run: Callable[..., Ran], evidence: Path, tmp_path: Path) -> None:
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb")
    assert (ran.status, ran.out) == (0, "")
    assert "124 lines of 3 files read" in ran.err


def test_quiet_says_nothing(run: Callable[..., Ran], evidence: Path, tmp_path: Path) -> None:
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb", "--quiet")
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_every_line_is_in_the_account(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb", "--format", "jsonl")
    files = [json.loads(line) for line in ran.out.splitlines()]
    assert {file["role"] for file in files} == {"balancer", "application", "database"}
    for file in files:
        parts = ("events", "continuation", "rejected", "blank")
        assert file["lines"] == sum(file[part] for part in parts)


def test_the_same_evidence_is_not_read_twice(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    run("ingest", evidence, "--case", tmp_path / "a.duckdb")
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb")
    assert ran.status == 0
    assert "3 files were in it already" in ran.err


def test_nothing_readable_is_status_3(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "notes.bin").write_bytes(b"\0\1\2" * 100)
    ran = run("ingest", tmp_path / "notes.bin", "--case", tmp_path / "a.duckdb")
    assert (ran.status, ran.out) == (3, "")


def test_the_case_has_to_be_named(run: Callable[..., Ran], evidence: Path) -> None:
    ran = run("ingest", evidence)
    assert ran.status == 2
    assert "--case" in ran.err


def test_a_file_that_is_no_case_is_left_alone(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine\n" * 2000, encoding="utf-8")
    ran = run("ingest", evidence, "--case", other)
    assert ran.status == 2
    assert "not a case" in ran.err
    assert other.read_text(encoding="utf-8") == "mine\n" * 2000


def test_broken_formats_name_their_file(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.toml").write_text("title = 1\n", encoding="utf-8")
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb", "--formats", own)
    assert ran.status == 2
    assert "mine.toml" in ran.err
    ran = run("ingest", evidence, "--case", tmp_path / "a.duckdb", "--formats", tmp_path / "none")
    assert ran.status == 2
