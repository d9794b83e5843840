"""Whatever the bytes and whatever is around them: no line is lost, and each event leads back."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logsleuth.case.ingest import ingest
from logsleuth.case.show import show
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = spec.shipped()
# A long run: LOGSLEUTH_EXAMPLES=5000 pytest tests/case/test_any_bytes.py
EXAMPLES = int(os.environ.get("LOGSLEUTH_EXAMPLES", "4"))
PROFILE = settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STAMP = "2026-03-02T10:00:01.123456789Z"
ACCESS = b'192.0.2.1 - - [02/Mar/2026:10:00:01 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"'
LINES = st.sampled_from(
    [ACCESS, ACCESS.replace(b"/a", b"/b"), b"2026-03-01 10:00:01,123 ERROR shop.cart: failed",
     b"Traceback (most recent call last):", b"  File x", b"ValueError: 1", b"", b" ", b"\t",
     b'{"time":"2026-03-02T10:00:01Z","level":"info","msg":"x"}', b'{"log":"cut off',
     b"level=info msg=x time=2026-03-01T10:00:00Z", b"<134>Mar  2 10:00:01 web1 shop[3]: said",
     b"2026-03-01 10:00:01.000 UTC [71] LOG:  duration: 12.345 ms  statement: select 1",
     b"\x00\x01", b"\xff\xfe", b"\xef\xbb\xbf", "é\u2028".encode(), b"x" * 3000, b"\r", b"a\rb",
     b"#Fields: date time cs-method", b"__CURSOR=s=1", b"MESSAGE=x", b"MESSAGE", b"\x1b[31mred"]
)  # fmt: skip

SAMPLES = [
    path.read_bytes().split(b"\n")
    for path in sorted((Path(__file__).parents[2] / "sample_logs" / "formats").glob("*.log"))
]


@st.composite
def real(draw: st.DrawFn) -> list[bytes]:
    """Lines of one format, some of them torn, joined, stuttering or with strange bytes within."""
    sample = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(sample) - 1))
    lines = sample[start : start + draw(st.integers(1, 8))]
    for _ in range(draw(st.integers(0, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        line = lines[i]
        a, b = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
        other = draw(st.sampled_from(draw(st.sampled_from(SAMPLES))))
        odd = draw(st.binary(max_size=4) | st.sampled_from([b"\n", b"\r\n", b'"', b"-", b"\x00"]))
        lines[i] = draw(
            st.sampled_from(
                [line[:a] + line[b:], line[:b] + line[a:], line[:a] + odd + line[b:],
                 line[:a] + other[a:], line[:a] + odd + line[a:]]
            )
        )  # fmt: skip
    return lines


def _docker(line: bytes) -> bytes:
    text = line.decode("utf-8", "replace")
    return json.dumps({"log": f"{text}\n", "stream": "stdout", "time": STAMP}).encode()


def _part(line: bytes) -> bytes:
    text = line.decode("utf-8", "replace")
    return json.dumps({"log": text, "stream": "stdout", "time": STAMP}).encode()


def _journal(line: bytes) -> bytes:
    fields = b"__CURSOR=1\n__REALTIME_TIMESTAMP=1772445601123456\nMESSAGE\n"
    return fields + len(line).to_bytes(8, "little") + line + b"\n"


WRAPS: list[Callable[[bytes], bytes]] = [
    _docker, _part, _journal,
    lambda line: STAMP.encode() + b" stdout F " + line,
    lambda line: STAMP.encode() + b" stderr P " + line,
    lambda line: b"web-1  | " + line,
    lambda line: b"[pod/web-1/shop] " + line,
    lambda line: b"<134>Mar  2 10:00:01 web1 shop[3]: " + line,
    lambda line: b"<134>1 " + STAMP.encode() + b" web1 shop 3 - [a b=\"c\"] " + line,
    lambda line: line + b"\r",
]  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Lines of all kinds, in up to three envelopes, that may end anywhere."""
    lines = draw(st.lists(LINES | st.binary(max_size=30), max_size=12))
    lines += [draw(LINES)] * draw(st.integers(0, 12))
    for _ in range(draw(st.integers(0, 2))):
        lines += draw(real())
    for wrap in draw(st.lists(st.sampled_from(WRAPS), max_size=3)):
        odd = draw(st.integers(0, 9))
        lines = [line if odd == i else wrap(line) for i, line in enumerate(lines)]
    data = b"\n".join(lines) + b"\n" * draw(st.integers(0, 2))
    return data[: len(data) - draw(st.integers(0, 20))] if draw(st.booleans()) else data


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../a\n.log", data)
    return out.getvalue()


def _tar(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("/etc/../b\udcff.log")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _halves(data: bytes) -> bytes:
    middle = len(data) // 2
    return gzip.compress(data[:middle]) + gzip.compress(data[middle:])


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "halves": _halves, "bz2": bz2.compress, "xz": lzma.compress,
    "zst": zstandard.compress, "zip": _zip, "tar": _tar,
}  # fmt: skip


def counted(data: bytes) -> int:
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))


def case_of(folder: Path, case: Path, names: list[str]) -> list[Any]:
    """Everything of a case that evidence can tell, in an order of its own."""
    ingest([str(folder / name) for name in names], case, FORMATS)
    with open_case(case) as opened:
        return [
            opened.rows(
                "select path, sha256, format, lines, events, continuation, rejected, blank, zone,"
                " since, until from sources order by all"
            ),
            *(
                opened.rows(
                    f"select s.path, r.* exclude (source_id) from {table} r"
                    " join sources s using (source_id) order by all"
                )
                for table in ("records", "rejects")
            ),
        ]


@PROFILE
@given(contents=st.lists(files(), min_size=1, max_size=3))
def test_every_line_is_accounted_for_and_every_event_leads_back(
    contents: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for number, data in enumerate(contents):
        (folder / f"{number}.log").write_bytes(data)
    (folder / "known.log").write_bytes((ACCESS + b"\n") * 3)
    ingest([str(folder)], folder / "c.duckdb", FORMATS)
    with open_case(folder / "c.duckdb") as opened:
        for number, data in enumerate(contents):
            name = str(folder / f"{number}.log")
            rows = opened.rows(
                "select lines, events + continuation + rejected + blank, bytes, continuation >= 0"
                " from sources where path = $name", {"name": name},
            )  # fmt: skip
            assert rows == [(counted(data), counted(data), len(data), True)]
            begins = [0, *(i + 1 for i, byte in enumerate(data) if byte == 10)]
            events = opened.rows(
                "select e.event_id, e.line, e.byte_offset, e.byte_length from events e"
                " join sources s using (source_id) where s.path = $name", {"name": name},
            )  # fmt: skip
            for event_id, line, offset, length in events:
                assert offset == begins[line - 1]
                assert show(opened, event_id).bytes == data[offset : offset + length]
    # A long run would fill the disk.
    shutil.rmtree(folder)


@PROFILE
@given(contents=st.lists(files(), min_size=2, max_size=3))
def test_neither_order_nor_threads_change_a_case(
    contents: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("order")
    names = [f"{number}.log" for number in range(len(contents))]
    for name, data in zip(names, contents, strict=True):
        (folder / name).write_bytes(data)
    (folder / "known.log").write_bytes((ACCESS + b"\n") * 3)
    names.append("known.log")
    one = case_of(folder, folder / "1.duckdb", names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.cpu_count", lambda: 1)
        patch.setattr("logsleuth.case.lines._SCANNED", 64)
        patch.setattr("logsleuth.evidence.files.BLOCK", 256)
        assert case_of(folder, folder / "2.duckdb", names[::-1]) == one
    shutil.rmtree(folder)


@PROFILE
@given(data=files(), packs=st.lists(st.sampled_from(sorted(PACKS)), min_size=1, max_size=3))
def test_packing_loses_no_line(
    data: bytes, packs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("packed")
    (folder / "known.log").write_bytes((ACCESS + b"\n") * 3)
    packed = data
    for pack in packs:
        packed = PACKS[pack](packed)
    (folder / "packed").write_bytes(packed)
    ingest([str(folder)], folder / "c.duckdb", FORMATS)
    with open_case(folder / "c.duckdb") as opened:
        rows = opened.rows("select lines, bytes from sources where path not like '%known.log'")
    assert rows == [(counted(data), len(data))]
    shutil.rmtree(folder)
