"""The format of a file is told by most of its lines, and by nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.formats import detect, spec
from tests.formats.engine import one

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = '192.0.2.{0} - - [02/Mar/2026:10:00:{0:02d} +0000] "GET /a/{0} HTTP/1.1"'
COMBINED = REQUEST + ' 200 51{0} "-" "curl/8"\n'
TRACEBACK = (
    "Traceback (most recent call last):\n"
    + '  File "/srv/a.py", line 7, in get\n    raise ValueError(1)\n' * 12
    + "ValueError: 1\n"
)


def test_a_file_of_mostly_tracebacks_is_still_python(tmp_path: Path) -> None:
    record = "2026-03-02 10:00:{:02d},001 ERROR shop.http: boom\n" + TRACEBACK
    file = one(tmp_path, "".join(record.format(i) for i in range(20)))
    assert (file.format, file.events, file.rejected) == ("python-logging", 20, 0)


@pytest.mark.parametrize("more", range(4))
def test_a_long_log_of_records_of_many_lines_is_told_by_whole_ones(more: int) -> None:
    record = (
        "# User@Host: app[app] @  [192.0.2.{0}]\n# Thread_id: {0}  Schema: shop  QC_hit: No\n"
        "# Query_time: 0.5  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 1\n"
        + "# explain: 1\tSIMPLE\titem\tALL\n" * more
        + "# Rows_affected: 0  Bytes_sent: 9\nSET timestamp=17724420{0:02d};\nSELECT {0};\n"
    )
    for records in (60, 90, 400):
        text = "".join(record.format(i % 60) for i in range(records))
        found = detect.detect(detect.sample(text), spec.shipped())
        assert found is not None
        assert found.format == "mysql-slow"


def test_a_truncated_first_line_decides_nothing(tmp_path: Path) -> None:
    file = one(tmp_path, '/1.1" 200 5 "-" "x"\n' + "".join(map(COMBINED.format, range(1, 9))))
    assert (file.format, file.events, file.rejected) == ("nginx-access", 8, 1)


def test_carriage_returns_belong_to_no_value(tmp_path: Path) -> None:
    text = "".join(map(COMBINED.format, range(1, 9))).replace("\n", "\r\n")
    file = one(tmp_path, text)
    assert (file.events, file.rejected) == (8, 0)
    assert {record["user_agent"] for record in file.records} == {"curl/8"}


@pytest.mark.parametrize(
    "line",
    [
        COMBINED.format(1),
        '{"ts":"2026-03-02T10:00:00Z","level":"info","msg":"a"}\n',
        "2026-03-02 10:00:00,001 ERROR shop.http: boom\n",
    ],
)
def test_a_byte_order_mark_belongs_to_no_line(tmp_path: Path, line: str) -> None:
    file = one(tmp_path, ("\ufeff" + line * 3).encode())
    assert (file.events, file.rejected) == (3, 0)
    assert file.records[0]["ts"] is not None


def test_several_layouts_in_one_file_are_all_read(tmp_path: Path) -> None:
    longer = COMBINED.replace('"curl/8"', '"curl/8" "203.0.113.9" 0.012')
    text = "".join(map(COMBINED.format, range(1, 9))) + "".join(map(longer.format, range(1, 9)))
    file = one(tmp_path, text)
    assert (file.events, file.rejected) == (16, 0)
    assert {record["status"] for record in file.records} == {200}


def test_records_of_objects_on_several_lines_are_read(tmp_path: Path) -> None:
    record = (
        '{{\n  "ts": "2026-03-02T10:00:{:02d}Z",\n  "msg": "a",\n'
        '  "req": {{\n  "id": "x"\n  }}\n}}\n'
    )
    file = one(tmp_path, "".join(map(record.format, range(6))))
    assert (file.format, file.events, file.continuation, file.rejected) == ("json-lines", 6, 36, 0)


def test_times_written_in_two_ways_are_both_read(tmp_path: Path) -> None:
    text = "2026-03-02T10:00:00.1Z 0 [Note] a\n260302 10:00:01 [Note] b\n" * 3
    file = one(tmp_path, text)
    assert (file.format, file.events) == ("mysql-error", 6)
    assert {record["ts"].second for record in file.records} == {0, 1}


def test_a_configured_layout_names_what_lines_do_not_tell() -> None:
    lines = [f"1772445600.{i:03d} 0.5 /a 200 10 192.0.2.1" for i in range(5)]
    hint = detect.Hint(
        "nginx-access", "$msec $request_time $request_uri $status $bytes_sent $remote_addr"
    )
    reader = detect.detect(lines, spec.shipped(), [hint])
    assert reader is not None
    assert {"ts", "duration_s", "path", "status", "bytes", "client"} <= reader.columns


def test_a_configured_json_layout_names_keys_of_any_kind() -> None:
    lines = [
        f'{{"z":"2026-03-02T10:00:0{i}+00:00","q":"GET / HTTP/1.1","w":200,"v":"0.5"}}'
        for i in range(5)
    ]
    hint = detect.Hint(
        "nginx-access",
        '{"z":"$time_iso8601","q":"$request","w":$status,"v":"$request_time"}',
    )
    reader = detect.detect(lines, spec.shipped(), [hint])
    assert reader is not None
    assert (reader.format, "duration_s" in reader.columns) == ("nginx-access", True)


FRAGMENTS = st.sampled_from(
    ["2026-03-02 10:00:00", "2026-03-02T10:00:00.1Z", "[02/Mar/2026:10:00:00 +0000]", "INFO", '"',
     "{", '{"a":', "}", "LOG:  ", "# Time: ", "SET timestamp=1772445600;", "a=1", "=", "\\", ", ",
     " : ", "[", "]", "\x00", "\ufeff", "Mar  2 10:00:00 h p[1]: ", "<13>1 ", "192.0.2.1", "200",
     "\u2002", "\ue000", "'", "é", "\ud7ff", "I0302 10:00:00.000000 1 a.go:1] "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(FRAGMENTS | st.text(max_size=8), max_size=12).map("".join), max_size=6))
def test_detection_never_fails(lines: list[str]) -> None:
    detect.detect(detect.sample("\n".join(lines)), spec.shipped())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_detection_never_fails_on_bytes(data: bytes) -> None:
    detect.detect(detect.sample(data.decode("utf-8", "replace")), spec.shipped())


HOSTILE = {
    "one word": "a" * 8000,
    "quotes": '"' * 8000,
    "spaces": "2026-03-02 10:00:00,1 INFO" + " " * 8000 + "x",
    "brackets": "2026-03-02 10:00:00,1 " + "[" * 8000,
    "pairs": 'a="' * 2600,
    "colons": "2026-03-02 10:00:00 UTC " + ": " * 4000,
    "slow log": "# Time: " + " " * 8000,
    "headers": "1.2.3.4:5 [02/Mar/2026:10:15:01.204] a b/c 0/0/0/0/0 200 1 - - ---- 1/1/1/1/1 0/0 {"
    + "} {" * 2600,
    "syslog": "<1>1 2026-03-02T10:15:01Z h p 1 m [" + "\\]" * 4000,
    "csv": '2026-03-02 10:15:01 UTC,"' + '""' * 4000,
    "json": '{"a":' * 1600,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_given_up_soon(name: str) -> None:
    began = time.perf_counter()
    detect.detect([HOSTILE[name]] * 2, spec.shipped())
    assert time.perf_counter() - began < 6
