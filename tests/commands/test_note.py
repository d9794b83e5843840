"""`note`: people's own moments, in the case and in every showing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

AT = "2026-03-01T10:00:20Z"


@pytest.fixture
def own(run: Callable[..., Ran], evidence: Path, tmp_path: Path) -> Path:
    """A case that a test may write to."""
    case = tmp_path / "own.duckdb"
    assert run("ingest", evidence, "--case", case).status == 0
    return case


def test_a_note_is_told_back_and_listed(run: Callable[..., Ran], own: Path) -> None:
    ran = run("note", AT, "rolled \x1b[31mback", "--case", own)
    assert (ran.status, ran.out) == (0, "")
    assert "note 1: 2026-03-01 10:00:20 UTC, rolled ⟨ESC⟩[31mback" in ran.err
    listed = run("note", "--case", own, "--format", "jsonl")
    assert json.loads(listed.out)["number"] == 1
    assert run("note", "--drop", "1", "--case", own).status == 0
    assert run("note", "--case", own, "--format", "jsonl").out == ""


def test_it_is_on_the_timeline_of_every_showing(
    run: Callable[..., Ran], own: Path, tmp_path: Path
) -> None:
    run("note", AT, "paged <b>us</b>", "--case", own)
    rows = run("timeline", own, "--format", "jsonl").out.splitlines()
    noted = [row for row in map(json.loads, rows) if row["component"] == "people"]
    assert [(row["kind"], row["title"]) for row in noted] == [("note", "paged <b>us</b>")]
    assert "noted by people: paged <b>us</b>" in run("investigate", own).out
    told = json.loads(run("investigate", own, "--json", "-").out)
    [note] = [m for m in told["timeline"] if m["kind"] == "note"]
    assert (note["at"], note["component"]) == ("2026-03-01T10:00:20.000Z", "people")
    for name, mark in (("r.html", "noted by people</strong>"), ("r.md", "noted by people | paged")):
        assert run("report", own, "-o", tmp_path / name).status == 0
        page = (tmp_path / name).read_text(encoding="utf-8")
        assert mark in page
        assert "paged &lt;b&gt;us" in page


def test_a_time_alone_is_not_enough(run: Callable[..., Ran], own: Path) -> None:
    ran = run("note", AT, "--case", own)
    assert ran.status == 2
    assert "a time and a text" in ran.err
