"""`compare`: two cases side by side, on a screen, as rows and as a document."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from logsleuth.cli import main
from tests.days import Day, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

GOOD = Day()
BAD = Day(day=8, weights=(8, 1, 1), failing=0.2, slower=1.6, timeout=9, messages=("pool gave up",))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("days")
    return write(folder / "good", GOOD), write(folder / "bad", BAD)


@pytest.fixture(scope="module")
def cases(days: tuple[Path, Path]) -> tuple[Path, Path]:
    good, bad = (day.with_suffix(".duckdb") for day in days)
    for day, case in zip(days, (good, bad), strict=True):
        assert main(["ingest", str(day), "--case", str(case), "--quiet"]) == 0
    return good, bad


def test_a_screen_of_80_columns(
    run: Callable[..., Ran], days: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(days[0].parent)
    ran = run("compare", "good", "bad", "--quiet")
    lines = ran.out.splitlines()
    assert ran.status == 0
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 45
    for told in ("base     good: no incident", "pool shop: 46.7 %", "weight 1 (nginx.conf:4) →"):
        assert told in ran.out
    assert "application: pool gave up" in ran.out


def test_every_row_has_every_column(run: Callable[..., Ran], cases: tuple[Path, Path]) -> None:
    ran = run("compare", *cases, "--format", "csv", "--quiet")
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert {None} not in [set(row) for row in rows]
    assert {row["section"] for row in rows} >= {
        "verdict", "all", "pool", "server", "route", "shares", "hypothesis", "configuration",
        "message", "evidence",
    }  # fmt: skip
    requests = [r for r in rows if r["section"] == "all" and r["measure"] == "requests"]
    assert [(float(r["base"]), float(r["case"])) for r in requests] == [(1800, 1800)]


def test_a_document_with_both_sides(run: Callable[..., Ran], cases: tuple[Path, Path]) -> None:
    told = json.loads(run("compare", *cases, "--format", "json", "--quiet").out)
    assert told["schema"] == "logsleuth.comparison/1"
    assert told["base"]["found"]["incident"] is None
    assert told["case"]["stretch"]["from"].startswith("2026-03-08T10:00:00")
    pool = told["pools"][0]
    assert pool["pool"] == "shop"
    assert pool["moved"] == pytest.approx(7 / 15, abs=0.001)


def test_markdown_has_a_section_for_each_question(
    run: Callable[..., Ran], cases: tuple[Path, Path]
) -> None:
    out = run("compare", *cases, "--format", "md", "--quiet").out
    heads = [line for line in out.splitlines() if line.startswith("## ")]
    assert heads == [
        "## Verdicts", "## What can’t be compared, or with care", "## Figures",
        "## Shares", "## Hypotheses", "## Configuration",
        "## Messages", "## Evidence",
    ]  # fmt: skip


def test_the_same_answer_from_cases_as_from_evidence(
    run: Callable[..., Ran], days: tuple[Path, Path], cases: tuple[Path, Path]
) -> None:
    ran = [run("compare", *pair, "--format", "jsonl", "--quiet").out for pair in (days, cases)]
    assert ran[0] == ran[1]
    assert run("compare", *cases, "--format", "jsonl", "--quiet").out == ran[1]


def test_a_case_is_not_compared_with_itself(run: Callable[..., Ran], case: Path) -> None:
    ran = run("compare", case, case)
    assert ran.status == 2
    assert "BASE and CASE are the same" in ran.err


def test_an_incident_is_held_against_by_its_own_stretch(
    run: Callable[..., Ran], cases: tuple[Path, Path], tmp_path: Path
) -> None:
    good = cases[0]
    bad = write(tmp_path / "bad", Day(day=8, failing=0.9, since=600))
    told = json.loads(run("compare", good, bad, "--format", "json", "--quiet").out)
    whole = json.loads(run("compare", good, bad, "--whole", "--format", "json", "--quiet").out)
    assert told["case"]["stretch"]["of"] == "incident"
    assert whole["case"]["stretch"]["of"] == "whole"
    parts = [side["subjects"][0]["case"]["requests"] for side in (told, whole)]
    assert parts[0] < parts[1] == 1800
    assert "stretch" in {caveat["subject"] for caveat in told["caveats"]}
