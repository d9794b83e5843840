"""Application instances and servers: one thing under two names, learnt from requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

LEARNT = "select name, server, pool from aliases where basis = 'requests' order by name"


def write(folder: Path, *, ids: bool, mixed: bool = False, apart_s: int = 0) -> Path:
    """Two servers in turn, each with its instance's log; `mixed` lets both do anybody's work."""
    folder.mkdir()
    balancer: list[str] = []
    told: dict[str, list[str]] = {"blue": [], "green": []}
    for n in range(60):
        at, name = f"10:{n // 60:02d}:{n % 60:02d}", ("blue", "green")[n % 2]
        # Everybody may ask for the same, for it is another second.
        request_id = f'id="{n:032x}"' if ids else 'id="-"'
        balancer.append(
            f'192.0.2.7 - - [01/Mar/2026:{at} +0000] "GET /cart HTTP/1.1" 200 5 "-" "curl/8"'
            f' upstream="10.0.0.{n % 2 + 1}:8080" request_time="0.120" {request_id}\n'
        )
        who = ("blue", "green")[n // 2 % 2] if mixed else name
        said = f'"request_id": "{n:032x}", ' if ids else ""
        told[who].append(
            f'{{"ts": "2026-03-01T{10 + apart_s // 3600:02d}:{at[3:]}.400Z", "level": "info",'
            f' "method": "GET", "path": "/cart", "status": 200, "duration_ms": 100, {said}'
            f'"msg": "served"}}\n'
        )
    (folder / "access.log").write_text("".join(balancer), encoding="utf-8")
    for who, lines in told.items():
        (folder / f"{who}.log").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def learnt(run: Callable[..., Ran], tmp_path: Path) -> Callable[[Path], list[str]]:
    """Read evidence, and return what its case calls the instances."""

    def read(evidence: Path) -> list[str]:
        case = tmp_path / "case.duckdb"
        assert main(["ingest", str(evidence), "--case", str(case), "-q"]) == 0
        ran = run("sql", "--case", case, "--format", "csv", LEARNT)
        assert ran.status == 0, ran.err
        return ran.out.splitlines()[1:]

    return read


@pytest.mark.parametrize("ids", [True, False], ids=["by id", "by words"])
def test_an_instance_has_the_name_of_the_server_whose_requests_it_served(
    ids: bool, tmp_path: Path, learnt: Callable[[Path], list[str]]
) -> None:
    rows = learnt(write(tmp_path / "evidence", ids=ids))
    assert rows == ["blue,10.0.0.1:8080,", "green,10.0.0.2:8080,"]


def test_an_instance_that_serves_anybody_has_no_name(
    tmp_path: Path, learnt: Callable[[Path], list[str]]
) -> None:
    assert learnt(write(tmp_path / "evidence", ids=True, mixed=True)) == []


def test_ids_tell_it_whatever_the_clocks_say(
    tmp_path: Path, learnt: Callable[[Path], list[str]]
) -> None:
    rows = learnt(write(tmp_path / "evidence", ids=True, apart_s=7200))
    assert [row.split(",")[0] for row in rows] == ["blue", "green"]
