"""Lines whose columns the file itself names, also where it changes them, and where it doesn't."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from logsleuth.formats import detect, spec
from tests.formats.engine import File, one, read

if TYPE_CHECKING:
    from pathlib import Path

IIS = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    "#Date: 2026-03-02 09:15:01\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port"
    " cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken\n"
)
LINE = "2026-03-02 09:15:01 10.0.0.5 GET /a - 443 - 192.0.2.60 curl/8.5 200 0 0 12\n"


def paths(file: File) -> list[object]:
    return [record["path"] for record in file.records]


def test_columns_may_change_their_order_but_not_their_number(tmp_path: Path) -> None:
    file = one(
        tmp_path,
        "#Fields: date time cs-method cs-uri-stem c-ip sc-status\n"
        "2026-03-02 09:15:01 GET /a 192.0.2.1 200\n"
        "#Date: 2026-03-03 00:00:00\n#Fields: time c-ip sc-status cs-uri-stem cs-method s-port\n"
        "09:15:02 192.0.2.2 404 /b POST 443\n"
        "#Fields: time sc-status c-ip cs-method cs-uri-stem s-port\n"
        "09:15:03 500 192.0.2.3 PUT /c 443\n",
    )
    assert (file.format, file.events, file.continuation, file.rejected) == ("w3c-extended", 3, 4, 0)
    assert [(r["status"], r["client"], r["method"], r["path"]) for r in file.records] == [
        (200, "192.0.2.1", "GET", "/a"),
        (404, "192.0.2.2", "POST", "/b"),
        (500, "192.0.2.3", "PUT", "/c"),
    ]
    assert file.records[2]["ts"] == datetime(2026, 3, 3, 9, 15, 3)  # noqa: DTZ001


def test_columns_that_change_beyond_the_sample_lose_no_line(tmp_path: Path) -> None:
    other = "#Fields: date time cs-method cs-uri-stem sc-status sc-substatus\n"
    late = "2026-03-02 09:15:02 GET /late 200 0\n"
    file = one(tmp_path, IIS + LINE * 60_000 + other + late * 3)
    assert (file.format, file.events, file.rejected) == ("iis", 60_003, 0)
    assert paths(file)[-4:] == ["/a", "/late", "/late", "/late"]


def test_a_line_that_fits_no_columns_is_rejected(tmp_path: Path) -> None:
    file = one(tmp_path, IIS + LINE + "2026-03-02 09:15\n" + LINE)
    assert (file.events, file.continuation, file.rejected) == (2, 4, 1)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_directives_are_read_behind_a_mark_and_before_carriage_returns(
    mark: str, tmp_path: Path
) -> None:
    file = one(tmp_path, mark + (IIS + LINE).replace("\n", "\r\n"))
    assert (file.format, file.events, file.continuation, file.rejected) == ("iis", 1, 4, 0)
    assert file.records[0]["duration_s"] == 0.012


def test_lines_above_the_first_directives_are_read_as_the_format_has_them(tmp_path: Path) -> None:
    above = LINE.replace("curl/8.5", "curl/8.5 https://shop.example.com/")
    file = one(tmp_path, above + IIS + LINE)
    assert (file.events, file.rejected) == (2, 0)
    assert file.records[0]["referer"] == "https://shop.example.com/"


def test_a_file_of_directives_only_has_a_format_and_no_events(tmp_path: Path) -> None:
    file = read(tmp_path, {"a.log": IIS, "b.log": IIS + LINE})["a.log"]
    assert (file.format, file.events, file.continuation, file.rejected) == ("iis", 0, 4, 0)


def test_comments_of_other_files_are_no_directives() -> None:
    lines = ["# Fields: one two", "#Fields are named here", "a b", "# Date: today", "c d"]
    assert detect.detect(lines, spec.shipped()) is None


def test_the_times_of_these_formats_are_in_utc() -> None:
    reader = detect.detect((IIS + LINE).splitlines(), spec.shipped())
    assert reader is not None
    assert reader.zone_stated


@pytest.mark.parametrize(
    ("name", "stamps"), [("classic", "start"), ("application", "end"), ("network", "end")]
)
def test_load_balancers_of_aws_stamp_different_moments(name: str, stamps: str) -> None:
    elb = next(f for f in spec.shipped() if f.name == "aws-elb")
    begins = {"classic": "2026", "application": "https ", "network": "tls "}[name]
    lines = [
        s["line"] for s in elb.samples if s["line"].startswith(begins) and "FAIL" not in s["line"]
    ]
    reader = detect.detect(lines[:1], [elb])
    assert reader is not None
    assert reader.stamps == stamps
