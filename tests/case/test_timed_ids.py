"""Zones told by ids of requests that hold the time they were made at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 3, 1, 10, tzinfo=UTC)
NEW_YORK = -5 * 3600


def haproxy(seconds: int) -> str:
    return f"7FA38B0F:A92B_7FA3000A:1F98_{seconds:08X}_{seconds % 4096:04X}:5834"


def trace(seconds: int) -> str:
    return f"1-{seconds:08x}-{seconds * 7919 % 16**24:024x}"


def uuid7(seconds: int) -> str:
    digits = f"{seconds * 1000:012x}7{seconds % 4096:03x}8{seconds * 7919 % 16**15:015x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def uuid4(seconds: int) -> str:
    digits = f"{seconds * 104729 % 16**12:012x}4{seconds % 4096:03x}8{seconds * 7919 % 16**15:015x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def zone(folder: Path, lines: list[str]) -> tuple[str, float]:
    (folder / "app.log").write_text("\n".join(lines) + "\n")
    ingest([str(folder / "app.log")], folder / "case.duckdb", spec.load(None))
    with open_case(folder / "case.duckdb") as case:
        [row] = case.rows("select zone, zone_shift_s from sources")
    return str(row[0]), float(row[1])


def lines(
    make: object, count: int = 20, shift: int = NEW_YORK, stretched: float = 1.0
) -> list[str]:
    assert callable(make)
    found = []
    for i in range(count):
        at = BEGIN + timedelta(seconds=7 * i)
        local = (at + timedelta(seconds=shift + 7 * i * (stretched - 1.0))).strftime(
            "%Y-%m-%d %H:%M:%S"
        )
        made = make(int(at.timestamp()))
        found.append(
            f'ts="{local},{100 + i}" level=info msg=served method=GET path=/a/{i} status=200'
            f" duration_ms=12 request_id={made}"
        )
    return found


@pytest.mark.parametrize("make", [haproxy, trace, uuid7])
def test_ids_that_hold_the_time_tell_the_zone(tmp_path: Path, make: object) -> None:
    assert zone(tmp_path, lines(make)) == ("inferred", NEW_YORK)


def test_ids_that_hold_none_do_not(tmp_path: Path) -> None:
    assert zone(tmp_path, lines(uuid4)) == ("assumed UTC", 0)


def test_a_few_ids_are_not_enough(tmp_path: Path) -> None:
    assert zone(tmp_path, lines(haproxy, count=4)) == ("assumed UTC", 0)


def test_ids_of_any_day_that_clients_sent_are_not_believed(tmp_path: Path) -> None:
    told = lines(haproxy, 12)
    for i in range(0, 12, 3):
        told[i] = told[i].rpartition("=")[0] + "=" + haproxy(1_700_000_000 + 86_400 * i)
    assert zone(tmp_path, told) == ("assumed UTC", 0)


@pytest.mark.parametrize(("shift", "stretched"), [(900, 1.0), (-2700, 1.0), (0, 12.0)])
def test_times_that_no_clock_on_earth_is_set_to_tell_no_zone(
    tmp_path: Path, shift: int, stretched: float
) -> None:
    """Logs that were written again keep their ids; what is apart by any time is no zone."""
    told = zone(tmp_path, lines(haproxy, 80, shift=shift, stretched=stretched))
    assert told == ("assumed UTC", 0.0)


def test_nepal_is_a_quarter_of_an_hour_apart(tmp_path: Path) -> None:
    assert zone(tmp_path, lines(haproxy, shift=20_700)) == ("inferred", 20_700.0)
