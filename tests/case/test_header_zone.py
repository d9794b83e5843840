"""Times without a zone are placed by the times, with one, that stand before their lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = spec.shipped()
SESSION = (
    "192.0.2.9:3300 [30/Nov/2026:{}.083] public web/web-1 0/0/0/60/60 200 146 - - ----"
    ' 5/5/4/0/0 0/0 "GET /orders/{} HTTP/1.1"'
)


def placed(folder: Path, *names: str, zones: tuple[str, ...] = ()) -> tuple[str, float, list[str]]:
    """The zone of the one log, by how much its times are shifted, and its times in UTC."""
    case = folder / "case.duckdb"
    ingest([str(folder / name) for name in names], case, FORMATS, zones=zones)
    with open_case(case) as opened:
        zone, shift = opened.row("select zone, zone_shift_s from sources order by path limit 1")
        rows = opened.rows("select ts from events order by line")
    return zone, shift, [ts.isoformat() for (ts,) in rows]


def daemon(at: str, *walls: str) -> str:
    return "".join(
        f"2026-11-30T{at}:{n:02d}.148772+01:00 edge haproxy[312]: {SESSION.format(wall, n)}\n"
        for n, wall in enumerate(walls)
    )


def test_a_daemons_stamp_with_a_zone_tells_the_zone_of_the_line_behind_it(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(daemon("07:00", "07:00:00", "07:00:01", "07:00:02"))
    zone, shift, times = placed(tmp_path, "a.log")
    assert (zone, shift) == ("header", 3600)
    assert times == [f"2026-11-30T06:00:0{n}.083000" for n in range(3)]


def test_one_session_that_lasted_for_hours_does_not_decide(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(daemon("09:30", "07:00:00", "09:30:01", "09:30:02", "09:30:03"))
    assert placed(tmp_path, "a.log")[:2] == ("header", 3600)


def test_a_stamp_without_a_zone_tells_none(tmp_path: Path) -> None:
    lines = [
        f"Nov 30 07:00:0{n} edge haproxy[312]: {SESSION.format('07:00:00', n)}\n" for n in (1, 2)
    ]
    (tmp_path / "a.log").write_text("".join(lines))
    assert placed(tmp_path, "a.log")[0] == "assumed UTC"


def test_a_containers_time_tells_the_zone_of_the_program_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(
        "".join(
            json.dumps(
                {
                    "log": f"2026-11-30 02:00:0{n},500 INFO shop.http: served /orders/{n}\n",
                    "stream": "stdout",
                    "time": f"2026-11-30T07:00:0{n}.501234567Z",
                }
            )
            + "\n"
            for n in range(4)
        )
    )
    zone, shift, times = placed(tmp_path, "a.log")
    assert (zone, shift) == ("header", -5 * 3600)
    assert times[0] == "2026-11-30T07:00:00.500000"


def test_what_the_header_says_is_not_told_otherwise(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(daemon("07:00", "07:00:00", "07:00:01"))
    zone, shift, times = placed(tmp_path, "a.log", zones=("+05:00",))
    assert (zone, shift, times[0]) == ("header", 3600, "2026-11-30T06:00:00.083000")


@pytest.mark.parametrize("first", ["a.log", "b.log"])
def test_logs_that_share_requests_with_it_get_their_zone_by_it(tmp_path: Path, first: str) -> None:
    walls = [f"07:00:{n:02d}" for n in range(12)]
    (tmp_path / "a.log").write_text(daemon("07:00", *walls))
    (tmp_path / "b.log").write_text(
        "".join(
            f"2026-11-30 08:00:{n:02d},100 INFO shop.http: GET /orders/{n} 200 0.055s\n"
            for n in range(12)
        )
    )
    names = sorted(("a.log", "b.log"), key=lambda name: name != first)
    placed(tmp_path, *names)
    with open_case(tmp_path / "case.duckdb") as opened:
        rows = opened.rows("select zone, zone_shift_s from sources order by path")
    assert rows == [("header", 3600.0), ("inferred", 7200.0)]
