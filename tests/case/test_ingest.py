"""From paths to a case: the account of every file, whatever is in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logsleuth.case.ingest import Summary, ingest
from logsleuth.case.show import show
from logsleuth.case.store import open_case
from logsleuth.errors import CaseError, EvidenceError, UsageError
from logsleuth.evidence.discover import discover
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.case.account import Progress

NGINX = (
    '192.0.2.{n} - - [01/Mar/2026:10:{m:02d}:{s:02d} +0000] "GET /cart/{n} HTTP/1.1" 200 512 "-" '
    '"curl/8" "10.0.0.1:80" 200 0.010 0.009 9f3a1c44d1e84b6fa0c2b1d3e5f60718\n'
)
PYTHON = (
    "2026-03-01 10:00:{s:02d},123 ERROR shop.cart: failed\nTraceback (most recent call last):\n"
)
FORMATS = spec.shipped()


def nginx(count: int = 50) -> bytes:
    rows = (NGINX.format(n=i % 250, m=i // 60 % 60, s=i % 60) for i in range(count))
    return "".join(rows).encode()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log").write_bytes(nginx())
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case.duckdb"


def read(case: Path, *paths: Path | str, **more: Any) -> Summary:
    return ingest([str(path) for path in paths], case, FORMATS, **more)


def sources(case: Path) -> dict[str, tuple[int, ...]]:
    """Lines, events, continuation, rejected and blank ones of each file, by its last name."""
    with open_case(case) as opened:
        rows = opened.rows(
            "select path, lines, events, continuation, rejected, blank from sources order by path"
        )
    return {path.replace("!", "/").split("/")[-1]: tuple(rest) for path, *rest in rows}


def reasons(case: Path) -> list[tuple[int, str]]:
    with open_case(case) as opened:
        return [tuple(row) for row in opened.rows("select line, reason from rejects order by line")]


def counted(data: bytes) -> int:
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))


def test_every_file_is_accounted_for(logs: Path, case: Path) -> None:
    (logs / "app.log").write_text("".join(PYTHON.format(s=s) for s in range(20)))
    (logs / "notes.txt").write_text("dear diary\nnothing happened\n")
    (logs / "empty.log").touch()
    (logs / "binary").write_bytes(bytes(range(256)) * 10)
    (logs / "blank.log").write_bytes(b"\n \n\r\n")
    summary = read(case, logs)
    found = sources(case)
    assert found["access.log"] == (50, 50, 0, 0, 0)
    assert found["app.log"] == (40, 20, 20, 0, 0)
    assert found["empty.log"] == (0, 0, 0, 0, 0)
    assert found["blank.log"][0] == 3
    assert found["binary"][0] == found["binary"][3] == 11
    assert (summary.sources, summary.events) == (6, 70)
    for lines, *parts in found.values():
        assert lines == sum(parts)


def test_nothing_readable_is_an_evidence_error(tmp_path: Path, case: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="0 files could be read"):
        read(case, tmp_path / "empty")
    (tmp_path / "note").write_text("dear diary\n")
    with pytest.raises(EvidenceError):
        read(case, tmp_path / "note")
    with pytest.raises(UsageError):
        read(case, tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "squeeze"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress),
     ("zst", zstandard.ZstdCompressor(write_checksum=True).compress)],
)  # fmt: skip
def test_compressed_files_that_break_off_give_what_was_read(
    name: str, squeeze: Callable[[bytes], bytes], logs: Path, case: Path
) -> None:
    rows = [NGINX.format(n=i % 250, m=i // 60 % 60, s=i % 60) for i in range(60_000)]
    data = "".join(row.replace("9f3a1c44", f"{i * 2654435761 % 2**32:08x}")
                   for i, row in enumerate(rows)).encode()  # fmt: skip
    whole = squeeze(data)
    (logs / f"cut.log.{name}").write_bytes(whole[: len(whole) // 2])
    summary = read(case, logs)
    lines, events, continuation, rejected, blank = sources(case)[f"cut.log.{name}"]
    assert 1000 < lines < 60_000
    assert lines == events + continuation + rejected + blank
    assert rejected <= 1
    assert any("cut off" in problem for problem in summary.problems)


def test_a_gz_that_is_none_is_read_as_it_is(logs: Path, case: Path) -> None:
    (logs / "plain.log.gz").write_bytes(nginx(7))
    read(case, logs)
    assert sources(case)["plain.log.gz"] == (7, 7, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), (50, 50, 0, 0, 0)),
        (lambda data: data[:-1], (50, 50, 0, 0, 0)),
        (lambda data: b"\xef\xbb\xbf" + data, (50, 50, 0, 0, 0)),
        (lambda data: b"\n\n" + data + b"\n  \n", (54, 50, 0, 0, 4)),
        (lambda data: data.replace(b"cart/7 ", b"cart/\xff "), (50, 50, 0, 0, 0)),
        (lambda data: data + b"nul \0 byte\n", (51, 50, 0, 1, 0)),
        (lambda data: data + data[:40], (51, 50, 0, 1, 0)),
        (lambda data: data.replace(b'"curl/8"', b'"cu"rl"', 5), (50, 45, 0, 5, 0)),
        (lambda data: data.replace(b"01/Mar", b"41/Mar", 5), (50, 45, 0, 5, 0)),
    ],
)  # fmt: skip
def test_odd_lines(
    change: Callable[[bytes], bytes], wanted: tuple[int, ...], logs: Path, case: Path
) -> None:
    data = change(nginx())
    (logs / "access.log").write_bytes(data)
    read(case, logs)
    assert sources(case)["access.log"] == wanted
    assert wanted[0] == counted(data)
    assert len(reasons(case)) == wanted[3]
    with open_case(case) as opened:
        clients = opened.rows("select count(*) from events where client not like '192.0.2.%'")
    assert clients == [(0,)]


def test_long_lines(logs: Path, case: Path) -> None:
    agent = b"a" * (10 << 20)
    long = nginx(1).replace(b"curl/8", agent)
    (logs / "access.log").write_bytes(nginx() + long + b"x" * (70 << 20) + b"\n" + nginx(1))
    read(case, logs)
    assert sources(case)["access.log"] == (53, 52, 0, 1, 0)
    assert reasons(case) == [(52, "a line of 73,400,320 bytes")]
    with open_case(case) as opened:
        assert opened.rows("select max(length(user_agent)) from events") == [(10 << 20,)]


def test_an_archive_is_read_by_its_members(logs: Path, case: Path) -> None:
    with zipfile.ZipFile(logs / "old.zip", "w") as archive:
        archive.writestr("../../one.log", nginx(5))
        archive.writestr("two.log.gz", gzip.compress(nginx(6)))
    read(case, logs)
    found = sources(case)
    assert found["one.log"][1] == 5
    assert found["two.log.gz"][1] == 6


def test_the_same_evidence_again_adds_nothing(logs: Path, case: Path) -> None:
    (logs / "b.log.gz").write_bytes(gzip.compress(nginx(9)))
    first = read(case, logs)
    again = read(case, logs, logs)
    assert (first.sources, again.sources, again.skipped) == (2, 0, 2)
    assert sum(events for _, events, *_ in sources(case).values()) == 59
    assert not again.problems


def test_more_evidence_is_added(logs: Path, case: Path) -> None:
    read(case, logs)
    (logs / "b.log").write_bytes(nginx(9))
    assert read(case, logs).sources == 1
    assert len(sources(case)) == 2


def test_equal_files_keep_their_events_apart(logs: Path, case: Path) -> None:
    (logs / "copy.log").write_bytes(nginx())
    read(case, logs)
    with open_case(case) as opened:
        assert opened.rows("select count(distinct event_id) from events") == [(100,)]


def test_the_order_of_paths_makes_no_difference(logs: Path, tmp_path: Path) -> None:
    (logs / "b.log").write_bytes(nginx(9))
    one, other = tmp_path / "1.duckdb", tmp_path / "2.duckdb"
    read(one, logs / "b.log", logs / "access.log")
    read(other, logs / "access.log", logs / "b.log")
    assert sources(one) == sources(other)


def test_standard_input_is_read(logs: Path, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(gzip.compress(nginx(8) + b"rubbish\n")))
    monkeypatch.setattr(sys, "stdin", piped)
    read(case, "-", logs, "-")
    assert sources(case)["-"] == (9, 8, 0, 1, 0)


def test_a_named_pipe_is_read(logs: Path, case: Path) -> None:
    os.mkfifo(logs / "pipe")
    writer = subprocess.Popen(["sh", "-c", f"cat {logs}/access.log > {logs}/pipe"])
    read(case, logs / "pipe")
    assert writer.wait() == 0
    assert sources(case)["pipe"][1] == 50


def test_files_that_vanish_or_may_not_be_read_are_told(
    logs: Path, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "gone.log").write_bytes(nginx(3))

    def vanish(*given: Any) -> Any:
        found = discover(*given)
        (logs / "gone.log").unlink()
        return found

    monkeypatch.setattr("logsleuth.case.ingest.discover", vanish)
    summary = read(case, logs)
    assert list(sources(case)) == ["access.log"]
    assert any("gone.log: can't be read" in problem for problem in summary.problems)


def test_the_case_among_the_evidence_is_passed_over(logs: Path) -> None:
    case = logs / "case.duckdb"
    summary = read(case, logs)
    assert any("case.duckdb" in problem for problem in summary.problems)
    assert list(sources(case)) == ["access.log"]


def test_progress_is_told(logs: Path, case: Path) -> None:
    (logs / "b.log.gz").write_bytes(gzip.compress(nginx(9)))
    told: list[Progress] = []
    read(case, logs, progress=told.append)
    total = sum(path.stat().st_size for path in logs.iterdir())
    assert {progress.total_bytes for progress in told} == {total}
    assert [progress.bytes for progress in told] == sorted(progress.bytes for progress in told)
    assert told[-1].bytes == total
    assert {progress.file.split("/")[-1] for progress in told} == {"access.log", "b.log.gz"}


def test_a_full_disk_is_a_case_error(logs: Path, case: Path) -> None:
    (logs / "access.log").write_bytes(nginx(200_000))
    script = f"""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        from pathlib import Path
        from logsleuth.case.ingest import ingest
        from logsleuth.errors import CaseError
        from logsleuth.formats import spec
        try:
            ingest([{str(logs)!r}], Path({str(case)!r}), spec.shipped())
        except CaseError as error:
            print("told", error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("told"), done.stderr


def test_a_folder_for_a_case_is_a_case_error(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        read(tmp_path, logs)


def test_a_killed_ingest_leaves_whole_files(logs: Path, case: Path) -> None:
    (logs / "b.log").write_bytes(nginx(200_000))
    script = (
        "import sys; from pathlib import Path\n"
        "from logsleuth.case.ingest import ingest\n"
        "from logsleuth.formats import spec\n"
        "def tell(p):\n"
        "    if p.file.endswith('b.log') and p.lines: print('now', flush=True)\n"
        f"ingest([{str(logs)!r}], Path({str(case)!r}), spec.shipped(), tell)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.05)
    process.kill()
    process.wait()
    process.stdout.close()
    found = sources(case)
    assert found["access.log"] == (50, 50, 0, 0, 0)
    assert found.get("b.log", (200_000,))[0] == 200_000
    read(case, logs)
    assert sources(case)["b.log"] == (200_000, 200_000, 0, 0, 0)


PIECES = st.sampled_from(
    [NGINX.format(n=3, m=1, s=2).encode(), PYTHON.format(s=3).encode(), b'{"a": 1, "msg": "x"}\n',
     b"level=info msg=x time=2026-03-01T10:00:00Z\n", b"\n", b" \n", b"\0", b"\xff", b"\r\n", b"x",
     b"2026-03-01 10:00:01.000 UTC [71] LOG:  duration: 12.345 ms  statement: select 1\n",
     b"\tcontinued\n", "é\n".encode(), b"1" * 300, b"\xef\xbb\xbf"]
)  # fmt: skip


@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(contents=st.lists(st.lists(PIECES, max_size=15).map(b"".join), min_size=1, max_size=4))
def test_the_lines_of_any_bytes_add_up(
    contents: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for number, data in enumerate(contents):
        (folder / f"{number}.log").write_bytes(data)
    (folder / "known.log").write_bytes(nginx(3))
    case = folder / "c.duckdb"
    read(case, folder)
    found = sources(case)
    with open_case(case) as opened:
        placed = opened.rows("select s.path, byte_offset, byte_length, line from records"
                             " join sources s using (source_id)")  # fmt: skip
        listed = opened.rows("select count(*), (select coalesce(sum(events), 0) from sources)"
                             " from events")  # fmt: skip
        rejected = opened.rows("select coalesce(sum(lines), 0),"
                               " (select sum(rejected) from sources) from rejects")  # fmt: skip
    for number, data in enumerate(contents):
        account = found[f"{number}.log"]
        assert account[0] == counted(data) == sum(account[1:])
    assert listed[0][0] == listed[0][1]
    assert rejected[0][0] == rejected[0][1]
    for path, offset, length, line in placed:
        data = (folder / path.split("/")[-1]).read_bytes()
        assert data[:offset].count(b"\n") == line - 1
        assert data[offset : offset + length].strip(b"\r\n")
        assert data[offset + length : offset + length + 1] in {b"", b"\n", b"\r"}


@pytest.mark.parametrize(("part", "step"), [("", 1.0), (".000", 1.0), (".250", 0.001)])
def test_a_source_that_never_shows_parts_of_a_second_has_none(
    part: str, step: float, tmp_path: Path, case: Path
) -> None:
    line = '{{"time":"2026-03-01T10:00:{s:02d}{part}+00:00","level":"info","msg":"served"}}\n'
    said = "".join(line.format(s=s, part=part) for s in range(30))
    (tmp_path / "app.log").write_text(said)
    read(case, tmp_path / "app.log")
    with open_case(case) as opened:
        assert opened.row("select resolution_s from sources") == (step,)


def test_utf_16_is_counted_and_shown_as_utf_8(tmp_path: Path) -> None:
    """As SQL Server writes its ERRORLOG."""
    lines = [f"2026-03-02 10:15:0{i}.20 spid5{i}s     größer {i}\r\n" for i in range(5)]
    log = tmp_path / "ERRORLOG"
    log.write_bytes(f"\ufeff{''.join(lines)}".encode("utf-16-le"))
    ingest([str(log)], tmp_path / "c.duckdb", FORMATS)
    with open_case(tmp_path / "c.duckdb") as opened:
        sources = opened.rows("select format, lines, events, rejected, bytes from sources")
        assert sources == [("mssql-errorlog", 5, 5, 0, len("".join(lines).encode()))]
        last = opened.rows("select event_id from events order by line desc limit 1")[0][0]
        assert show(opened, last, verify=True).bytes == lines[4].strip().encode()
