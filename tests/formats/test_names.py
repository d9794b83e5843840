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


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "200 5 via=203.0.113.5:8080 got=200 dur=0.081 total=0.082 stamp=1772446501.250",
            {
                "server": "203.0.113.5:8080", "upstream_status": 200, "response_s": 0.081,
                "duration_s": 0.082, "ts": "2026-03-02T10:15:01.250",
            },
        ),
        # A port that looks like a status, and a time that is longer than the request's.
        ("200 5 port=443 total=0.082 idle=5.125", {"upstream_status": None, "response_s": None}),
    ],
)  # fmt: skip
def test_values_that_leave_no_doubt_are_named_whatever_their_key(
    rest: str, expected: dict[str, object], tmp_path: Path
) -> None:
    file = one(tmp_path, f"{REQUEST}{rest}\n" * 3)
    assert (file.events, file.rejected) == (3, 0)
    assert differences(expected, file.records[0]) == []


def test_the_name_of_an_upstream_stands_for_a_server_that_is_not_live(tmp_path: Path) -> None:
    tails = [
        *["via=10.0.0.1:80 got=200"] * 6, "via=10.0.0.1:80, shop got=504, 502", "via=shop got=502",
    ]  # fmt: skip
    file = one(tmp_path, "".join(f"{REQUEST}200 5 {tail}\n" for tail in tails))
    assert (file.events, file.rejected) == (8, 0)
    assert [r["servers"] for r in file.records] == [None] * 6 + ["10.0.0.1:80, shop", None]
    assert (file.records[0]["server"], file.records[7]["server"]) == ("10.0.0.1:80", "shop")


@pytest.mark.parametrize(
    "rest", ["{0} 5 {1}", "{0} {2} 5 {1}", '"{0}" 5 {1} {2}', "{0} [] {2} {1} 185"]
)
def test_lists_without_quotes_are_read_behind_sampled_lines_without_any(
    rest: str, tmp_path: Path
) -> None:
    """A layout that nothing tells is found in lines of requests that were not tried again."""
    lines = [
        rest.format("203.0.113.5:8080", f"0.0{i % 90 + 10} 200", 512 + i) for i in range(300)
    ] + [rest.format("203.0.113.5:8080, 203.0.113.6:8080", "0.001, 0.010 502, 200", "0, 99")]
    text = "".join(f'{REQUEST}200 512 "-" "curl/8" 185 0.011 {line}\n' for line in lines)
    file = one(tmp_path, text)
    assert (file.events, file.rejected) == (301, 0)
    expected = {"server": "203.0.113.6:8080", "upstream_status": 200, "response_s": 0.01}
    assert differences(expected, file.records[-1]) == []
