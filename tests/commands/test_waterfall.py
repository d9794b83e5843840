"""`waterfall`: one request through all layers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_of_an_event_of_a_case(run: Callable[..., Ran], case: Path) -> None:
    slowest = json.loads(run("waterfall", "--slowest", "1", "--case", case, "-f", "json").out)[0]
    ran = run("waterfall", slowest["event"], "--case", case)
    assert ran.status == 0
    assert ran.out.startswith(f"GET {slowest['path']}: ")
    assert slowest["event"] in ran.out
    assert "unknown" in ran.out


def test_the_slowest_and_the_first_failed_of_evidence(
    run: Callable[..., Ran], evidence: Path
) -> None:
    ran = run("waterfall", "--slowest", "2", "--failed", "1", evidence, "--format", "json")
    first, second, failed = json.loads(ran.out)
    assert first["duration_s"] >= second["duration_s"] > failed["duration_s"]
    assert failed["failed"] is True
    assert failed["status"] == 502
    assert {"request", "attempt", "waited", "application"} <= {
        segment["part"] for segment in failed["segments"]
    }


def test_an_unknown_request_is_told(run: Callable[..., Ran], case: Path) -> None:
    ran = run("waterfall", "no-such-id", "--case", case)
    assert ran.status == 2
    assert "no-such-id" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("words", [(), ("--format", "json")])
def test_no_request_is_misuse(run: Callable[..., Ran], case: Path, words: tuple[str, ...]) -> None:
    ran = run("waterfall", "--case", case, *words)
    assert ran.status == 2
    assert "--slowest" in ran.err
