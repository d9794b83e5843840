"""Times without a zone or a year get the ones that are told, or that all else tells."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.errors import UsageError
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = spec.shipped()
ACCESS = '192.0.2.1 - - [{} +0000] "GET /{} HTTP/1.1" 200 5 "-" "curl/8"\n'


def times(folder: Path, *zones: str) -> dict[str, list[str]]:
    """The times of each file as the case has them, and their zone first."""
    case = folder.parent / "case.duckdb"
    ingest([str(folder)], case, FORMATS, zones=zones)
    with open_case(case) as opened:
        rows = opened.rows(
            "select s.path, s.zone, e.ts from events e join sources s using (source_id)"
            " order by s.path, e.line"
        )
    found: dict[str, list[str]] = {}
    for path, zone, ts in rows:
        found.setdefault(path.rsplit("/", 1)[-1], [zone]).append(ts.isoformat())
    return found


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def application(*walls: str) -> str:
    return "".join(f"{wall},500 INFO shop.http: served\n" for wall in walls)


def test_a_zone_is_told_for_one_file_and_for_the_rest(logs: Path) -> None:
    text = application("2026-01-05 12:00:00", "2026-07-05 12:00:00")
    for name in ("a.log", "b.log", "c.log"):
        (logs / name).write_text(text)
    (logs / "stated.log").write_text(ACCESS.format("05/Jan/2026:12:00:00", 1) * 3)
    found = times(logs, "America/New_York", "b.*=Europe/Berlin", "logs/c.log=-02:30")
    assert found["a.log"] == [
        "told America/New_York", "2026-01-05T17:00:00.500000", "2026-07-05T16:00:00.500000",
    ]  # fmt: skip
    assert found["b.log"] == [
        "told Europe/Berlin", "2026-01-05T11:00:00.500000", "2026-07-05T10:00:00.500000",
    ]  # fmt: skip
    assert found["c.log"][1:] == ["2026-01-05T14:30:00.500000", "2026-07-05T14:30:00.500000"]
    assert found["stated.log"][:2] == ["stated", "2026-01-05T12:00:00"]


def test_the_hour_that_is_written_twice_is_read_twice(logs: Path) -> None:
    walls = ["01:59:00", "02:10:00", "02:50:00", "02:05:00", "02:45:00", "03:01:00"]
    (logs / "a.log").write_text(application(*(f"2026-10-25 {wall}" for wall in walls)))
    found = [text[11:19] for text in times(logs, "Europe/Berlin")["a.log"][1:]]
    assert found == ["23:59:00", "00:10:00", "00:50:00", "01:05:00", "01:45:00", "02:01:00"]


def test_the_hour_that_is_left_out_stays_in_order(logs: Path) -> None:
    walls = ["01:59:00", "02:30:00", "03:31:00"]
    (logs / "a.log").write_text(application(*(f"2026-03-29 {wall}" for wall in walls)))
    found = [text[11:19] for text in times(logs, "Europe/Berlin")["a.log"][1:]]
    assert found == ["00:59:00", "01:30:00", "01:31:00"]


def test_lines_that_are_added_later_have_the_zone_too(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = application(*(f"2026-07-05 12:00:{i:02}" for i in range(9)))
    (logs / "a.log").write_text(text)
    times(logs, "Europe/Berlin")
    monkeypatch.setattr("logsleuth.case.ingest._TELLING", 0)
    (logs / "a.log").write_text(text + application("2026-07-05 12:00:09"))
    found = times(logs)["a.log"]
    assert found[-2:] == ["2026-07-05T10:00:08.500000", "2026-07-05T10:00:09.500000"]


@pytest.mark.parametrize("told", ["Europe/Berlyn", "a.log=", "a.log=25"])
def test_a_zone_that_nobody_knows_is_refused(logs: Path, told: str) -> None:
    (logs / "a.log").write_text(application("2026-01-05 12:00:00"))
    with pytest.raises(UsageError, match="no zone"):
        times(logs, told)


def syslog(*stamps: str) -> str:
    return "".join(f"{stamp} web1 CRON[8]: (root) CMD (true 2049)\n" for stamp in stamps)


def written(path: Path, text: str, *day: int) -> None:
    path.write_text(text)
    at = datetime(*day, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]
    os.utime(path, (at, at))


def test_the_year_turns_within_a_file(logs: Path) -> None:
    text = syslog("Dec 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01", "Jan  2 10:00:00")
    written(logs / "messages", text, 2026, 1, 2, 11)
    years = [text[:10] for text in times(logs)["messages"][1:]]
    assert years == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]


def test_nothing_was_written_after_its_file(logs: Path) -> None:
    written(logs / "messages", syslog("Nov 30 10:00:00", "Dec  1 10:00:00"), 2026, 1, 15)
    assert times(logs)["messages"][1][:10] == "2025-11-30"


def test_other_sources_know_the_year_better_than_a_copy(logs: Path) -> None:
    written(logs / "messages", syslog("Mar  2 10:00:00", "Mar  2 10:05:00"), 2026, 6, 1)
    (logs / "access.log").write_text(ACCESS.format("02/Mar/2023:10:00:00", 1) * 3)
    assert times(logs)["messages"][1][:10] == "2023-03-02"


def test_the_leap_day_is_in_a_leap_year(logs: Path) -> None:
    written(logs / "messages", syslog("Feb 28 10:00:00", "Feb 29 10:05:00"), 2026, 6, 1)
    assert [text[:10] for text in times(logs)["messages"][1:]] == ["2024-02-28", "2024-02-29"]
