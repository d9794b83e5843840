"""`timeline`: what happened, as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.model import Investigation
    from tests.conftest import Ran


def test_every_moment_in_order(
    run: Callable[..., Ran], evidence: Path, found: Investigation
) -> None:
    ran = run("timeline", evidence, "--format", "jsonl")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [row["title"] for row in rows] == [moment.title for moment in found.timeline]
    assert rows[0]["evidence"] == " ".join(found.timeline[0].evidence)


def test_of_a_case(run: Callable[..., Ran], case: Path, found: Investigation) -> None:
    ran = run("timeline", case)
    assert ran.status == 0
    assert len(ran.out.splitlines()) == len(found.timeline) + 2


def test_the_timeline_is_narrowed_and_told_in_a_zone(
    run: Callable[..., Ran], case: Path, found: Investigation
) -> None:
    whole = json.loads(run("timeline", case, "-f", "json").out)
    cut = found.timeline[2].ts.isoformat()
    late = json.loads(run("timeline", case, "-f", "json", "--since", cut).out)
    early = json.loads(run("timeline", case, "-f", "json", "--until", cut).out)
    assert early + late == whole
    assert early
    assert late
    table = run("timeline", case, "--tz", "+05:30").out
    assert "+05:30" in table
    assert "Z  " not in table
