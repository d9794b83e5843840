"""Columns of access logs are named by what stands in them, in one line as in many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.formats.engine import differences, one

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = '192.0.2.1 - - [02/Mar/2026:10:15:01 +0000] "GET /a HTTP/1.1" '


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("404 499", {"status": 404, "bytes": 499, "upstream_status": None}),
        ('404 499 "-" "curl/8"', {"bytes": 499, "user_agent": "curl/8"}),
        ('200 200 203.0.113.5:8080 "-"', {"upstream_status": 200, "server": "203.0.113.5:8080"}),
        ('200 512 "-" "curl/8" 182033', {"bytes": 512, "duration_s": 0.182033}),
        ('200 512 "-" "curl/8" 1042', {"bytes": 512, "duration_s": None}),
        ('200 512 "-" "curl/8" http://203.0.113.5:8080', {"server": "203.0.113.5:8080"}),
        ('200 512 "http://a.example.org/" "curl/8"', {"referer": "http://a.example.org/"}),
    ],
)
def test_one_line_is_enough(rest: str, expected: dict[str, object], tmp_path: Path) -> None:
    file = one(tmp_path, f"{REQUEST}{rest}\n")
    assert (file.events, file.rejected) == (1, 0)
    assert differences(expected, file.records[0]) == []
