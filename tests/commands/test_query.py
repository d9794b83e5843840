"""`query`: the library from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from logsleuth.case import library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.conftest import Ran

OWN = """/*
title   = "One"
answers = "Is it one?"
columns = ["one"]
*/
select 1 as one;
"""


def test_the_list_has_every_query(run: Callable[..., Ran]) -> None:
    ran = run("query", "--list", "--format", "jsonl")
    names = [json.loads(line)["query"] for line in ran.out.splitlines()]
    assert (ran.status, names) == (0, list(library.load()))


def test_a_query_is_run_with_its_parameters(run: Callable[..., Ran], case: Path) -> None:
    words = ("query", "failures-by-server", "--case", case, "--format", "jsonl")
    rows = [json.loads(line) for line in run(*words).out.splitlines()]
    assert {row["server"] for row in rows} == {f"10.0.0.{n}:8080" for n in range(1, 5)}
    late = run(*words, "-p", "since=2027-01-01T00:00:00Z")
    assert (late.status, late.out) == (0, "")


def test_its_sql_can_be_read(run: Callable[..., Ran]) -> None:
    ran = run("query", "sources", "--sql")
    assert ran.out == library.load()["sources"].sql + "\n"


def test_queries_of_ones_own(run: Callable[..., Ran], case: Path, tmp_path: Path) -> None:
    (tmp_path / "is_it_one.sql").write_text(OWN, encoding="utf-8")
    ran = run("query", "is-it-one", "--case", case, "--queries", tmp_path, "-f", "csv")
    assert ran.out == "one\n1\n"


def test_a_misspelt_name_is_answered_with_the_nearest(run: Callable[..., Ran], case: Path) -> None:
    ran = run("query", "failure-by-server", "--case", case)
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean failures-by-server?" in ran.err


def test_parameters_are_checked(run: Callable[..., Ran], case: Path) -> None:
    for text, said in (("sinc=1", "since"), ("since", "key=value"), ("since=x", "'x' is no time")):
        ran = run("query", "failures-by-server", "--case", case, "-p", text)
        assert ran.status == 2, text
        assert said in ran.err, text


def test_a_name_is_wanted(run: Callable[..., Ran]) -> None:
    ran = run("query")
    assert ran.status == 2
    assert "logsleuth query --list" in ran.err


def test_the_case_is_found(
    run: Callable[..., Ran], case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOGSLEUTH_CASE", raising=False)
    monkeypatch.chdir(tmp_path)
    ran = run("query", "sources")
    assert ran.status == 2
    assert "which case?" in ran.err
    monkeypatch.chdir(case.parent)
    assert run("query", "sources").status == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGSLEUTH_CASE", str(case))
    assert run("query", "sources").status == 0
