"""Access logs that name no server: other logs tell which one each request was given to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TOLD = "select line, server, first_server, pool from requests order by line"
PATHS = ("/cart", "/search", "/item/7")


def at(n: int) -> str:
    return f"10:{n // 60:02d}:{n % 60:02d}"


def access(lines: Iterable[tuple[int, int]]) -> str:
    """nginx's combined format: a request every second, by three clients in turn."""
    return "".join(
        f'192.0.2.{n % 3} - - [01/Mar/2026:{at(n)} +0000] "GET {PATHS[n % 3]} HTTP/1.1" {status}'
        f' 5 "-" "curl/8"\n'
        for n, status in lines
    )


def served(n: int, late: int = 0) -> str:
    return (
        f'{{"ts": "2026-03-01T{at(n + late)}.400Z", "level": "info", "method": "GET",'
        f' "path": "{PATHS[n % 3]}", "status": 200, "duration_ms": 100,'
        f' "client": "192.0.2.{n % 3}", "msg": "served"}}\n'
    )


def failed(n: int, address: str, why: str) -> str:
    return (
        f"2026/03/01 {at(n)} [error] 7#7: *{n} {why} upstream, client: 192.0.2.{n % 3}, server: x,"
        f' request: "GET {PATHS[n % 3]} HTTP/1.1", upstream: "http://{address}{PATHS[n % 3]}",'
        f' host: "x"\n'
    )


REFUSED = "connect() failed (111: Connection refused) while connecting to"
WAITED = "upstream timed out (110: Connection timed out) while reading response header from"


def told(folder: Path, case: Path) -> list[tuple[int, str | None, str | None, str | None]]:
    ingest([str(folder)], case, spec.load(None))
    with open_case(case) as opened:
        return opened.rows(TOLD)


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    folder.mkdir()
    return folder


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("".join(lines), encoding="utf-8")


def test_the_instance_whose_line_it_is_served_a_request(evidence: Path, tmp_path: Path) -> None:
    write(evidence, "access.log", access((n, 200) for n in range(60)))
    for k, name in enumerate(("blue", "green")):
        write(evidence, f"{name}.log", *(served(n) for n in range(k, 60, 2)))
    rows = told(evidence, tmp_path / "c.duckdb")
    assert [row[1] for row in rows] == ["blue", "green"] * 30
    assert [row[2] for row in rows] == ["blue", "green"] * 30


def test_an_address_where_nobody_listens_stands_for_itself(evidence: Path, tmp_path: Path) -> None:
    broken = {n for n in range(30, 60) if n % 2}
    write(evidence, "access.log", access((n, 502 if n in broken else 200) for n in range(60)))
    write(evidence, "error.log", *(failed(n, "10.0.0.2:81", REFUSED) for n in sorted(broken)))
    for k, name in enumerate(("blue", "green")):
        write(evidence, f"{name}.log", *(served(n) for n in range(k, 60, 2) if n not in broken))
    rows = told(evidence, tmp_path / "c.duckdb")
    assert {row[1] for row in rows if row[0] - 1 in broken} == {"10.0.0.2:81"}
    assert {row[1] for row in rows if row[0] - 1 not in broken} == {"blue", "green"}


def test_who_goes_on_with_what_was_given_up_on_has_the_address(
    evidence: Path, tmp_path: Path
) -> None:
    slow = {n for n in range(30, 60) if n % 2}
    write(evidence, "access.log", access((n, 504 if n in slow else 200) for n in range(60)))
    write(evidence, "error.log", *(failed(n, "10.0.0.2:80", WAITED) for n in sorted(slow)))
    for k, name in enumerate(("blue", "green")):
        write(
            evidence, f"{name}.log",
            *(served(n, late=1 if n in slow else 0) for n in range(k, 60, 2)),
        )  # fmt: skip
    rows = told(evidence, tmp_path / "c.duckdb")
    assert [row[1] for row in rows] == ["blue", "green"] * 30


def test_who_has_the_id_of_what_was_given_up_on_has_the_address(
    evidence: Path, tmp_path: Path
) -> None:
    slow, refused = (10, 22, 34, 46), (12, 24)
    write(
        evidence, "nginx.conf",
        "http { log_format main '$remote_addr - $remote_user [$time_local] \"$request\" $status"
        " $body_bytes_sent \"$http_referer\" \"$http_user_agent\" $request_id';\n"
        "access_log /var/log/nginx/access.log main; }\n",
    )  # fmt: skip
    status = dict.fromkeys(slow, 504) | dict.fromkeys(refused, 502)
    lines = access((n, status.get(n, 200)) for n in range(60)).splitlines()
    write(evidence, "access.log", *(f"{line} {n:032x}\n" for n, line in enumerate(lines)))
    write(
        evidence, "error.log",
        *(failed(n, "10.0.0.9:80", WAITED if n in slow else REFUSED) for n in sorted(status)),
    )  # fmt: skip
    for k, name in enumerate(("blue", "green")):
        mine = (
            served(n, 3 if n in slow else 0)[:-2] + f', "request_id": "{n:032x}"}}\n'
            for n in range(k, 60, 2)
            if n not in refused
        )
        write(evidence, f"{name}.log", *mine)
    rows = told(evidence, tmp_path / "c.duckdb")
    assert [row[1] for row in rows] == ["blue", "green"] * 30


def test_a_request_that_was_tried_again_has_both_servers(evidence: Path, tmp_path: Path) -> None:
    again = set(range(31, 60, 2))
    write(evidence, "access.log", access((n, 200) for n in range(60)))
    write(evidence, "error.log", *(failed(n, "10.0.0.2:81", REFUSED) for n in sorted(again)))
    write(evidence, "blue.log", *(served(n) for n in range(60) if n % 2 == 0 or n in again))
    write(evidence, "green.log", *(served(n) for n in range(1, 60, 2) if n not in again))
    rows = told(evidence, tmp_path / "c.duckdb")
    assert {row[1:3] for row in rows if row[0] - 1 in again} == {("blue", "10.0.0.2:81")}


def test_logs_of_other_requests_place_nothing(evidence: Path, tmp_path: Path) -> None:
    write(evidence, "access.log", access((n, 200) for n in range(60)))
    write(evidence, "blue.log", *(served(n + 1000) for n in range(60)))
    assert {row[1] for row in told(evidence, tmp_path / "c.duckdb")} == {None}


def test_a_configuration_names_instances_by_their_hosts(evidence: Path, tmp_path: Path) -> None:
    write(
        evidence, "nginx.conf",
        "http { upstream shop { server blue:8080; server green:8080; }\n"
        " server { listen 80; location / { proxy_pass http://shop; } } }\n",
    )  # fmt: skip
    write(evidence, "access.log", access((n, 200) for n in range(60)))
    for k, name in enumerate(("blue", "green")):
        write(evidence, f"{name}.log", *(served(n) for n in range(k, 60, 2)))
    rows = told(evidence, tmp_path / "c.duckdb")
    assert {row[1:] for row in rows} == {
        ("blue:8080", "blue:8080", "shop"), ("green:8080", "green:8080", "shop"),
    }  # fmt: skip
