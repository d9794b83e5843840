"""`coverage`: what the evidence covers and lacks, as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_every_layer_is_told_of(run: Callable[..., Ran], evidence: Path) -> None:
    ran = run("coverage", evidence, "--format", "json", "--quiet")
    rows = json.loads(ran.out)
    assert ran.status == 0
    assert set(rows[0]) == {"layer", "subject", "fact", "value", "means"}
    layers = [row["layer"] for row in rows]
    assert layers == sorted(layers, key=["balancer", "application", "database", "client"].index)
    claimed = {row["layer"] for row in rows if row["subject"] == "hypothesis"}
    assert claimed == {"balancer", "application", "database", "client"}


def test_a_case_says_the_same_and_what_is_missing_is_named(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.duckdb"
    first = run("coverage", evidence, "--case", kept, "--format", "json", "--quiet")
    again = run("coverage", kept, "--format", "json")
    assert first.status == again.status == 0
    assert first.out == again.out
    claims = [row for row in json.loads(again.out) if row["subject"] == "hypothesis"]
    assert {row["value"] for row in claims} == {"can be claimed", "can't be claimed"}
    assert all(bool(row["means"]) == (row["value"] == "can't be claimed") for row in claims)
