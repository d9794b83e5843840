"""What applications say in words of the requests that they served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.formats.engine import File, read

if TYPE_CHECKING:
    from pathlib import Path

UUID = "0f3b6c1d-e2a9-4b7c-8a1d-2e3f40516273"
WORDS: dict[str, dict[str, Any]] = {
    f"GET /x?a=1 -> 200 in 12 ms (rid={UUID})": {
        "method": "GET", "path": "/x", "query": "a=1", "status": 200, "duration_s": 0.012,
        "request_id": UUID,
    },
    '192.0.2.1 "POST /x HTTP/1.1" 404 12': {"method": "POST", "path": "/x", "status": 404},
    "Completed 500 Internal Server Error in 12ms (ActiveRecord: 3.5ms)": {
        "status": 500, "duration_s": 0.012, "database_s": 0.0035, "path": None,
    },
    "status=503 took=1.5s": {"status": 503, "duration_s": 1.5},
    "GET /x 200 12.5 ms - 45": {"path": "/x", "status": 200, "duration_s": 0.0125},
    "DELETE https://shop.example.org/x/1 responded with 204": {"path": "/x/1", "status": 204},
    "Error handling request /orders (rid=abc-123)": {
        "path": "/orders", "request_id": "abc-123", "status": None,
    },
    "Connection is not available, request timed out after 30001ms.": {
        "path": None, "status": None, "duration_s": None,
    },
    "sent 200 mails in 12 s": {"status": None, "duration_s": None},
    "retrying with 503 of 900 done": {"status": None},
}  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> File:
    lines = [f"2026-03-02 10:00:00,001 INFO shop.http: {words}\n" for words in WORDS]
    folder: Path = tmp_path_factory.mktemp("mining")
    return read(folder, {"a.log": "".join(lines)})["a.log"]


@pytest.mark.parametrize("index", range(len(WORDS)))
def test_words_tell_the_request(index: int, file: File) -> None:
    words, expect = list(WORDS.items())[index]
    record = file.records[index]
    assert record["message"] == words
    assert {column: record[column] for column in expect} == pytest.approx(expect)
