"""Lines behind a syslog daemon's header are read without it, and its time isn't lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.formats.engine import one

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = {
    "rfc3164": "Mar  2 10:00:0{0} lb1 {1}[412]: ",
    "priority": "<134>Mar  2 10:00:0{0} lb1 {1}[412]: ",
    "no host": "<134>Mar  2 10:00:0{0} {1}[412]: ",
    "iso": "2026-03-02T10:00:0{0}.250000+00:00 lb1 {1}[412]: ",
    "rfc5424": '<134>1 2026-03-02T10:00:0{0}.25Z lb1 {1} 412 ID1 [a@1 b="c\\]"][d] ',
    "rfc5424 bare": "<134>1 2026-03-02T10:00:0{0}.25Z lb1 {1} 412 - - ",
}
HTTP = (
    "192.0.2.{0}:51044 [02/Mar/2026:10:00:0{0}.000] www shop/a 0/0/0/1/1 200 9 - - ---- "
    '1/1/0/0/0 0/0 "GET / HTTP/1.1"\n'
)
DOWN = "Server shop/a is DOWN, reason: Layer4 timeout, check duration: 2001ms.\n"


@pytest.mark.parametrize("name", HEADERS)
def test_state_lines_take_the_time_of_the_header(tmp_path: Path, name: str) -> None:
    head = HEADERS[name]
    lines = [head.format(i, "haproxy") + (DOWN if i == 5 else HTTP.format(i)) for i in range(1, 9)]
    file = one(tmp_path, "".join(lines))
    assert (file.format, file.events, file.rejected) == ("haproxy", 8, 0)
    state = file.records[4]
    assert state["ts"].isoformat()[:19] == "2026-03-02T10:00:05"
    assert (state["pool"], state["server"], state["level"]) == ("shop", "a", "warning")
    assert (state["pid"], state["host"]) == (412, None if name == "no host" else "lb1")
    assert file.records[0]["ts"].isoformat() == "2026-03-02T10:00:01"


def test_lines_of_other_programs_are_events_of_their_own(tmp_path: Path) -> None:
    head = HEADERS["rfc3164"]
    lines = [head.format(i, "haproxy") + HTTP.format(i) for i in range(1, 9)]
    file = one(tmp_path, "".join([*lines, head.format(9, "kernel") + "Out of memory\n"]))
    assert (file.events, file.rejected) == (9, 0)
    other = file.records[8]
    assert (other["logger"], other["message"]) == ("kernel", "Out of memory")


def test_tracebacks_lose_the_header_of_each_line(tmp_path: Path) -> None:
    head = HEADERS["iso"].format(1, "shop")
    record = ["2026-03-02 10:00:01,000 ERROR shop.http: boom", "Traceback (most recent call last):",
              '  File "/srv/a.py", line 7', "ValueError: 1"]  # fmt: skip
    file = one(tmp_path, "".join(f"{head}{line}\n" for line in record * 5))
    assert (file.format, file.events, file.continuation, file.rejected) == (
        "python-logging", 5, 15, 0,
    )  # fmt: skip
    assert file.records[0]["message"] == "\n".join(["boom", *record[1:]])
    assert file.records[0]["logger"] == "shop.http"


def test_nginx_sends_its_logs_to_syslog_too(tmp_path: Path) -> None:
    line = '192.0.2.1 - - [02/Mar/2026:10:00:01 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n'
    file = one(tmp_path, (HEADERS["priority"].format(1, "nginx") + line) * 4)
    assert (file.format, file.events) == ("nginx-access", 4)
    assert (file.records[0]["ts"].isoformat(), file.records[0]["pid"]) == (
        "2026-03-02T09:00:01", 412,
    )  # fmt: skip


def test_a_header_without_a_time_leaves_it_unknown(tmp_path: Path) -> None:
    head = "<134>1 - lb1 haproxy 412 - - "
    file = one(tmp_path, (head + HTTP.format(1)) * 4 + head + DOWN)
    assert (file.events, file.records[4]["ts"]) == (5, None)
