"""Times without a zone are laid over those of the requests, and never over a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = '192.0.2.{} - - [30/Nov/2026:15:1{}:{:02d} +0000] "GET /orders/{} HTTP/1.1" 200 146\n'
NOTICE = "2026/11/30 10:{} [notice] 20271#20271: {}\n"
STOP = "2026-11-30 10:{}:{:02d} 0 [Note] /usr/sbin/mariadbd (initiated by: unknown): {}\n"


def zones(folder: Path) -> dict[str, tuple[str, float]]:
    case = folder / "case.duckdb"
    ingest([str(folder)], case, spec.shipped())
    with open_case(case) as opened:
        rows = opened.rows("select path, zone, zone_shift_s from sources")
    return {path.rsplit("/", 1)[-1]: (zone, shift) for path, zone, shift in rows}


def served(folder: Path) -> None:
    requests = [REQUEST.format(n % 9, n // 60, n % 60, n) for n in range(100)]
    (folder / "access.log").write_text("".join(requests))


def test_lines_of_one_second_have_a_zone_as_well(tmp_path: Path) -> None:
    served(tmp_path)
    told = [NOTICE.format("11:12", f"gracefully shutting down {n}") for n in range(4)]
    (tmp_path / "error.log").write_text("".join(told))
    assert zones(tmp_path)["error.log"] == ("inferred", -18000)


def test_what_is_only_assumed_places_no_other_log(tmp_path: Path) -> None:
    """A log of a month ago has no zone that would lay it over the requests."""
    served(tmp_path)
    (tmp_path / "error.log").write_text(NOTICE.format("11:12", "exiting").replace("/11/", "/10/"))
    told = [STOP.format(10 + n // 60, n % 60, "Normal shutdown") for n in range(5, 70)]
    (tmp_path / "mysqld.err").write_text("".join(told))
    found = zones(tmp_path)
    assert found["error.log"] == ("assumed UTC", 0)
    assert found["mysqld.err"] == ("inferred", -18000)


def test_deploys_of_weeks_leave_the_requests_to_place_a_log(tmp_path: Path) -> None:
    served(tmp_path)
    weeks = [f'{{"ts":"2026-11-{day:02d}T09:00:00Z","event":"deploy"}}\n' for day in range(1, 31)]
    (tmp_path / "deploys.jsonl").write_text("".join(weeks))
    told = [STOP.format(10 + n // 60, n % 60, "Normal shutdown") for n in range(5, 70)]
    (tmp_path / "mysqld.err").write_text("".join(told))
    assert zones(tmp_path)["mysqld.err"] == ("inferred", -18000)


def test_the_parts_of_a_rotated_log_are_in_one_zone(tmp_path: Path) -> None:
    """The balancer's later part lies over nothing else that is there."""
    statement = (
        "2026-11-30 15:10:{:02d}.117 UTC [71] LOG:  duration: 301.117 ms  statement: select {}\n"
    )
    told = "".join(statement.format(n, n) for n in range(2, 30))
    (tmp_path / "postgresql.log").write_text(told)
    session = (
        "192.0.2.9:3300 [30/Nov/2026:1{}:1{}:{:02d}.083] public web/web-1 0/0/0/60/60 200 146"
        ' - - ---- 5/5/4/0/0 0/0 "GET /orders/{} HTTP/1.1"\n'
    )
    early, late = ((7, 0), (9, 4))
    for name, (hour, minute) in (("haproxy.log.1", early), ("haproxy.log", late)):
        lines = [session.format(hour, minute, n, n) for n in range(30)]
        (tmp_path / name).write_text("".join(lines))
    found = zones(tmp_path)
    assert found["haproxy.log.1"] == found["haproxy.log"] == ("inferred", 7200)
