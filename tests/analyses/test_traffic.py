"""The requests of all balancers in one order, whatever their logs stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import traffic
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

COMBINED = '192.0.2.{client} - - [{at}] "GET /{path} HTTP/1.1" 200 512 "-" "curl/8.5.0"'
UPSTREAM = ' "10.0.0.1:80" 200 0.000 0.000 {n:032x}'


def line(at: str, client: int, path: str, number: int) -> str:
    return (COMBINED + UPSTREAM).format(at=at, client=client, path=path, n=number) + "\n"


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Two balancers of one second, of which one stamps whole seconds and the other parts."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    whole = [line("01/Mar/2026:10:00:00 +0000", 1, "a", n) for n in range(20)]
    (folder / "whole.log").write_text("".join(whole), encoding="ascii")
    parts = [
        f"Mar  1 10:00:00 lb haproxy[7]: 192.0.2.2:5000 [01/Mar/2026:10:00:00.{n * 49:03d}] web"
        f' web/app 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 "GET /b HTTP/1.1"\n'
        for n in range(20)
    ]
    (folder / "parts.log").write_text("".join(parts), encoding="ascii")
    return folder


def test_requests_are_in_the_order_of_the_starts_that_they_are_given(
    evidence: Path, tmp_path: Path
) -> None:
    ingest([str(evidence)], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        found = traffic.read(case)
        rows = case.rows("select position, client from traffic order by position")
    assert len(found) == 40
    # Half a second after what they show: whole seconds lie in the middle of the others.
    assert (np.diff(found.started) >= 0).all()
    named = [found.clients[code] for code in found.client]
    assert 0 < named.index("192.0.2.1") < 20 < len(named) - named[::-1].index("192.0.2.1") < 40
    assert [found.clients[code] for _, code in rows] == named
