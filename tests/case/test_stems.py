"""What a file's name says of who wrote it, without the marks of rotation."""

from __future__ import annotations

import pytest

from logsleuth.case.growth import stem


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("logs/app-1.log", "app-1"),
        ("logs/app-1.log.2.gz", "app-1"),
        ("all.tar!app_2.jsonl", "app_2"),
        ("app-1.log-20260302", "app-1"),
        ("app-1.2026-03-02-10.log", "app-1"),
        ("haproxy", "haproxy"),
    ],
)
def test_a_number_behind_a_hyphen_is_an_instances(name: str, who: str) -> None:
    assert stem(name) == who
