"""`show`: the bytes that were in the evidence, wherever they were in it."""

from __future__ import annotations

import io
import json
import shutil
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from logsleuth.case.show import Quoted, quote
from logsleuth.case.store import open_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran

SLOW = b"2026-03-01 10:00:02.500 UTC [72] ERROR:  deadlock detected\n"


def ids(run: Callable[..., Ran], case: Path, where: str) -> list[str]:
    statement = f"select event_id from events where {where} order by line"
    rows = run("sql", "--case", case, "-f", "jsonl", statement).out.splitlines()
    return [json.loads(row)["event_id"] for row in rows]


def raw(capsysbinary: pytest.CaptureFixture[bytes], *words: str | Path) -> bytes:
    from logsleuth.cli import main

    capsysbinary.readouterr()
    assert main([*(str(word) for word in words), "--raw"]) == 0
    return capsysbinary.readouterr().out


def test_the_page_says_where_it_is(
    run: Callable[..., Ran], case: Path, read_evidence: Path
) -> None:
    event = ids(run, case, "role = 'database' and level = 'error'")[0]
    ran = run("show", event, "--case", case, "--verify")
    head, text = ran.out.split("\n", 1)
    assert ran.status == 0
    assert head.startswith(f"{read_evidence / 'postgresql.log'}:2  byte 80, ")
    assert text.encode().startswith(SLOW)
    assert text.endswith("STATEMENT:  update carts set n = 1\n")


def test_lines_around_it_are_numbered(run: Callable[..., Ran], case: Path) -> None:
    event = ids(run, case, "role = 'database' and level = 'error'")[0]
    lines = run("show", event, "--case", case, "--context", "9").out.splitlines()[1:]
    assert [line[:1] for line in lines] == [" ", ">", ">", ">", ">", " "]
    assert [line.split()[line.startswith(">")] for line in lines] == list("123456")


def test_the_ends_of_a_file_are_no_trouble(run: Callable[..., Ran], case: Path) -> None:
    first, *_, last = ids(run, case, "role = 'balancer'")
    for event, number in ((first, 1), (last, 59)):
        ran = run("show", event, "--case", case, "-C", "2")
        assert len(ran.out.splitlines()) == 4
        assert f"access.log.gz:{number} " in ran.out


def test_every_event_of_a_compressed_file_comes_back(
    run: Callable[..., Ran], case: Path, read_evidence: Path
) -> None:
    import gzip

    written = gzip.decompress((read_evidence / "access.log.gz").read_bytes()).splitlines()
    events = ids(run, case, "role = 'balancer'")
    with open_case(case) as opened:
        quoted = quote(opened, [*reversed(events), "nonsense", "ffffffffffff:1"])
    assert [quoted[event].text.encode() for event in events] == written
    assert [line.encode() for line in quoted[events[7]].before] == written[5:7]
    assert [line.encode() for line in quoted[events[7]].after] == written[8:10]
    assert quoted[events[0]].before == quoted[events[-1]].after == ()
    assert len(quoted) == len(events)


@pytest.mark.parametrize("kind", ["tar.gz", "zip", "nested"])
def test_members_of_archives(
    capsysbinary: pytest.CaptureFixture[bytes],
    evidence: Path,
    tmp_path: Path,
    kind: str,
) -> None:
    packed = tmp_path / f"all.{'tar.gz' if kind == 'tar.gz' else 'zip'}"
    if kind == "tar.gz":
        with tarfile.open(packed, "w:gz") as tar:
            tar.add(evidence, "logs")
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in evidence.iterdir():
                archive.write(file, f"logs/{file.name}")
            if kind == "nested":
                archive.writestr("inner.tar", tarred("deep/other.log", b"2026-03-01T10:00:00Z a\n"))
    shutil.rmtree(evidence)
    case = tmp_path / "packed.duckdb"
    assert run_binary(capsysbinary, "ingest", packed, "--case", case) == b""
    where = "level = 'error'" if kind != "nested" else "message like '%a'"
    listed = run_binary(
        capsysbinary,
        "sql",
        "--case",
        case,
        "-f",
        "csv",
        f"select event_id from events where {where}",
    )
    event = listed.decode().splitlines()[1]
    data = raw(capsysbinary, "show", event, "--case", case)
    assert data.startswith(b"2026-03-01T10:00:00Z a" if kind == "nested" else SLOW)


def run_binary(capsysbinary: pytest.CaptureFixture[bytes], *words: str | Path) -> bytes:
    from logsleuth.cli import main

    capsysbinary.readouterr()
    assert main([str(word) for word in words]) == 0
    return capsysbinary.readouterr().out


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_raw_bytes_are_untouched_and_a_terminal_is_safe(
    capsysbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hostile = b"2026-03-01T10:00:01Z ERROR \x1b[2J\xff\xfe gone\n" * 3
    log, case = tmp_path / "app.log", tmp_path / "a.duckdb"
    log.write_bytes(hostile)
    run_binary(capsysbinary, "ingest", log, "--case", case)
    listed = run_binary(
        capsysbinary, "sql", "--case", case, "-f", "csv", "select event_id from events"
    )
    event = listed.decode().splitlines()[2]
    assert raw(capsysbinary, "show", event, "--case", case) == hostile.splitlines()[1]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = run_binary(capsysbinary, "show", event, "--case", case)
    assert b"\x1b" not in shown
    assert b"[2J" in shown


def test_evidence_in_place_of_a_case(
    run: Callable[..., Ran], case: Path, read_evidence: Path
) -> None:
    event = ids(run, case, "role = 'application'")[4]
    assert "served cart 5" in run("show", event, read_evidence).out


def test_a_case_and_its_evidence_may_move_together(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("ingest", "evidence", "--case", "a.duckdb").status == 0
    event = ids(run, tmp_path / "a.duckdb", "role = 'application'")[0]
    monkeypatch.chdir(evidence)
    assert run("show", event, "--case", tmp_path / "a.duckdb").status == 0


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("abc", "isn't an EVENT-ID"),
        ("ffffffffffff:1", "no such event"),
        ("'; drop table events; --", "isn't an EVENT-ID"),
    ],
)
def test_ids_that_lead_nowhere(run: Callable[..., Ran], case: Path, event: str, said: str) -> None:
    ran = run("show", event, "--case", case)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_line_inside_a_record_leads_to_its_start(run: Callable[..., Ran], case: Path) -> None:
    event = ids(run, case, "role = 'database' and level = 'error'")[0]
    ran = run("show", event[:-1] + "4", "--case", case)
    assert ran.status == 2
    assert f"logsleuth show {event}" in ran.err


@pytest.fixture
def own(run: Callable[..., Ran], evidence: Path, tmp_path: Path) -> tuple[Path, Path, str]:
    """A case whose evidence a test may spoil: the case, a log of it, an event of that log."""
    case = tmp_path / "own.duckdb"
    assert run("ingest", evidence, "--case", case).status == 0
    return case, evidence / "app-1.log", ids(run, case, "role = 'application'")[30]


def test_evidence_that_is_gone(run: Callable[..., Ran], own: tuple[Path, Path, str]) -> None:
    case, log, event = own
    log.unlink()
    ran = run("show", event, "--case", case)
    assert (ran.status, ran.out) == (2, "")
    assert "isn't there any more" in ran.err
    with open_case(case) as opened:
        assert quote(opened, [event]) == {event: Quoted("served cart 31")}


@pytest.mark.parametrize("how", ["cut", "shifted"])
def test_evidence_that_has_changed(
    run: Callable[..., Ran], own: tuple[Path, Path, str], how: str
) -> None:
    case, log, event = own
    data = log.read_bytes()
    log.write_bytes(data[:100] if how == "cut" else b"x" + data)
    ran = run("show", event, "--case", case)
    assert (ran.status, ran.out) == (2, "")
    assert "has changed since it was read" in ran.err


def test_evidence_that_has_grown(run: Callable[..., Ran], own: tuple[Path, Path, str]) -> None:
    case, log, event = own
    with log.open("ab") as file:
        file.write(b"{}\n")
    ran = run("show", event, "--case", case)
    assert (ran.status, "served cart 31" in ran.out) == (0, True)
    assert "bytes when it was read" in ran.err
    verified = run("show", event, "--case", case, "--verify")
    assert verified.status == 2
    assert "SHA-256" in verified.err
