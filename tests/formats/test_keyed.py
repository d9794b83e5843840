"""JSON and key=value lines: which key is which column, and keys that mean harm."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.case.readers import compile_reader
from logsleuth.case.store import schema
from logsleuth.formats import detect, keyed, spec
from tests.formats.engine import one

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-03-02T10:00:00Z"


def _json(folder: Path, *records: dict[str, Any]) -> list[dict[str, Any]]:
    file = one(folder, "".join(json.dumps(record) + "\n" for record in records))
    assert (file.format, file.rejected) == ("json-lines", 0)
    return [dict(record) for record in file.records]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (1772445600, 0), (1772445600.25, 0.25), (1772445600250, 0.25), (1772445600250000, 0.25),
        (1772445600250000000, 0.25), ("1772445600", 0), ("2026-03-02T11:00:00,250+0100", 0.25),
        ("2026-03-02 10:00:00.250", 0.25), ("Mon, 02 Mar 2026 10:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_a_time_is_read_by_its_magnitude(tmp_path: Path, written: Any, seconds: float) -> None:
    record = _json(tmp_path, {"time": written, "msg": "a"}, {"time": written, "msg": "b"})[0]
    assert record["ts"].isoformat()[:19] == "2026-03-02T10:00:00"
    assert record["ts"].microsecond == seconds * 1e6


def test_a_duration_called_time_is_no_time(tmp_path: Path) -> None:
    record = _json(tmp_path, {"time": 0.12, "date": TIME, "msg": "a"}, {"date": TIME, "msg": "b"})[
        0
    ]
    assert record["ts"].isoformat() == "2026-03-02T10:00:00"


def test_a_status_that_is_a_word_hides_no_number(tmp_path: Path) -> None:
    records = _json(
        tmp_path,
        {"ts": TIME, "status": "error", "status_code": 503, "msg": "a"},
        {"ts": TIME, "status": "ok", "status_code": "200", "msg": "b"},
        {"ts": TIME, "status": "degraded", "msg": "c"},
    )
    assert [record["status"] for record in records] == [503, 200, None]


def test_numbers_and_words_for_levels(tmp_path: Path) -> None:
    words = [30, "40", "ERROR", "crit", 20, 3]
    records = _json(tmp_path, *({"ts": TIME, "level": word, "msg": "a"} for word in words))
    found = [record["level"] for record in records]
    assert found == ["info", "warning", "error", "fatal", "debug", "error"]


def test_nested_keys_and_keys_with_dots_are_one(tmp_path: Path) -> None:
    records = _json(
        tmp_path,
        {"ts": TIME, "http": {"request": {"method": "GET"}}, "url.path": "/a?b=1", "msg": "a"},
        {"ts": TIME, "http.request.method": "PUT", "url": {"path": "/c"}, "msg": "b"},
    )
    assert [(r["method"], r["path"], r["query"]) for r in records] == [
        ("GET", "/a", "b=1"), ("PUT", "/c", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "values", "first"),
    [
        ("duration", [0.021, 0.5, 0.101], 0.021),
        ("duration", [21.5, 501.25, 33.1], 0.0215),
        ("duration", [21, 501, 33], 0.021),
        ("duration", [21000000, 501000000, 33000000], 0.021),
        ("latency", ["21ms", "1.5s", "300µs"], 0.021),
        ("took", ["1m2.5s", "10s", "3s"], 62.5),
        ("elapsed_us", [2100, 3000, 5000], 0.0021),
    ],
)
def test_durations_have_the_unit_that_fits(
    tmp_path: Path, key: str, values: list[Any], first: float
) -> None:
    records = _json(tmp_path, *({"ts": TIME, key: value, "msg": "a"} for value in values))
    assert records[0]["duration_s"] == pytest.approx(first)


def test_errors_of_structured_logs_name_their_request(tmp_path: Path) -> None:
    records = _json(
        tmp_path,
        {"ts": TIME, "msg": "request", "path": "/a", "status": 200},
        {"ts": TIME, "msg": "queue is full, rejecting GET /b?c=1 with 503"},
    )
    found = records[1]
    assert (found["method"], found["path"], found["query"]) == ("GET", "/b", "c=1")
    assert found["status"] is None


def test_pairs_are_read_alike_with_and_without_escapes(tmp_path: Path) -> None:
    line = "ts={0} level=info msg={1} status=200 path=/a\n"
    texts = ['"plain words"', '"with \\"quotes\\" inside"', "bare", '""']
    file = one(tmp_path, "".join(line.format(TIME, text) for text in texts * 3))
    assert (file.format, file.events, file.rejected) == ("logfmt", 12, 0)
    assert [record["message"] for record in file.records[:4]] == [
        "plain words", 'with "quotes" inside', "bare", None,
    ]  # fmt: skip
    assert {record["status"] for record in file.records} == {200}


KEYS = st.sampled_from(
    ["ts", "level", "msg", "'; drop table records; --", '"', "a.b", "\\", "$", "[0]", "*", "", "é",
     "\x1f", "\x00", "request_id"]
)  # fmt: skip


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(schema())
    connection.execute(
        "create table batch (line bigint, byte_offset bigint, byte_length integer, text text)"
    )
    return connection


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(KEYS, st.text(max_size=5) | st.integers() | st.none(), max_size=6)))
def test_hostile_keys_are_compiled_safely(records: list[dict[str, Any]]) -> None:
    lines = [json.dumps({"ts": TIME, "msg": "a", "x": record, **record}) for record in records]
    reader = detect.detect(lines, spec.shipped())
    if reader is None:
        return
    for query in compile_reader(reader):
        # Explained it is bound and planned, but not run: the batch may be empty.
        _connection().execute("explain " + query.partition("\n")[2].replace("$source_id", "1"))


def test_a_flood_of_keys_is_cut_off() -> None:
    lines = [json.dumps({f"k{i}-{j}": 1 for i in range(300)}) for j in range(10)]
    assert len(keyed.json_values(lines)[0]) <= 400


def test_objects_without_a_known_key_are_events(tmp_path: Path) -> None:
    records = _json(tmp_path, {"a": 1, "b": [2]}, {"a": None})
    assert [(record["ts"], record["message"]) for record in records] == [(None, None)] * 2


def test_an_upstream_without_a_live_server_hides_no_addresses(tmp_path: Path) -> None:
    """nginx writes the upstream's name then, which may fill the first lines of a file."""
    lines = [
        {"time_iso8601": TIME, "request_uri": "/a", "status": 502, "upstream": {"addr": addr}}
        for addr in ["shop"] * 30 + ["192.0.2.4:80", "192.0.2.4:80, shop"]
    ]
    file = one(tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    assert file.format == "nginx-access"
    servers = [record["server"] for record in file.records]
    assert (servers[0], servers[-2]) == ("shop", "192.0.2.4:80")
