"""Files under paths, folders and archives, and what must not be read as evidence."""

from __future__ import annotations

import gzip
import io
import os
import socket
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from logsleuth.errors import UsageError
from logsleuth.evidence import archives
from logsleuth.evidence.discover import discover

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LINE = b"a line\n"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_bytes(LINE)
    return folder


def names(paths: list[Path], scratch: Path) -> tuple[list[str], str]:
    """What is found, without the folder that all is in, and all problems."""
    found, problems = discover([str(path) for path in paths], scratch)
    return [f.name.replace(f"{scratch.parent}/", "") for f in found], "\n".join(problems)


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: Mapping[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_folders_are_walked_in_order(logs: Path, scratch: Path) -> None:
    (logs / "sub").mkdir()
    (logs / "sub" / "b.log").write_bytes(LINE)
    (logs / ".git").mkdir()
    (logs / ".git" / "c.log").write_bytes(LINE)
    assert names([logs], scratch) == (["logs/a.log", "logs/sub/b.log"], "")


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        discover([str(tmp_path / "gone")], scratch)
    with pytest.raises(UsageError, match="can't be looked at"):
        discover(["x" * 5000], scratch)
    with pytest.raises(UsageError, match="can't be looked at"):
        discover(["nul\0byte"], scratch)


def test_standard_input_is_taken_once(scratch: Path) -> None:
    found, _ = discover(["-", "-"], scratch)
    assert [(f.name, f.path, f.once) for f in found] == [("-", None, True)]


def test_the_same_file_on_several_ways_is_one(logs: Path, scratch: Path) -> None:
    (logs / "current").symlink_to("a.log")
    os.link(logs / "a.log", logs / "z.log")
    twisted = logs / ".." / "logs" / "a.log"
    assert len(names([logs, logs, logs / "a.log", twisted], scratch)[0]) == 1


def test_equal_files_are_two(logs: Path, scratch: Path) -> None:
    (logs / "b.log").write_bytes(LINE)
    assert names([logs], scratch)[0] == ["logs/a.log", "logs/b.log"]


def test_links_that_loop_or_lead_nowhere_are_told(logs: Path, scratch: Path) -> None:
    (logs / "loop").symlink_to("loop")
    (logs / "nowhere").symlink_to("gone")
    (logs / "up").symlink_to("..")
    found, problems = names([logs], scratch)
    assert found == ["logs/a.log"]
    assert problems.count("leads nowhere") == 2
    assert "a link to a folder" in problems


def test_pipes_sockets_and_devices_in_a_folder_are_passed_over(
    logs: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(logs / "pipe")
    monkeypatch.chdir(logs)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    found, problems = names([logs], scratch)
    assert found == ["logs/a.log"]
    assert "a pipe" in problems
    assert "a socket" in problems
    _, problems = names([logs.__class__("/dev/null")], scratch)
    assert "a device" in problems


def test_a_pipe_that_is_named_is_read_once(logs: Path, scratch: Path) -> None:
    os.mkfifo(logs / "pipe")
    found, _ = discover([str(logs / "pipe")], scratch)
    assert [f.once for f in found] == [True]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(logs: Path, scratch: Path) -> None:
    (logs / "secret").mkdir(mode=0)
    (logs / "b.log").touch(mode=0)
    _, problems = names([logs], scratch)
    assert problems.count("ermission") == 2


def test_a_case_is_no_evidence(logs: Path, scratch: Path) -> None:
    (logs / "case.duckdb").write_bytes(b"12345678DUCK" + bytes(100))
    (logs / "other").write_bytes(b"12345678DUCK" + bytes(100))
    (logs / "case.duckdb.wal").write_bytes(b"anything")
    found, problems = names([logs], scratch)
    assert found == ["logs/a.log"]
    assert problems.count("DuckDB") == 3


def test_names_that_are_no_utf8_can_be_shown(logs: Path, scratch: Path) -> None:
    (logs / os.fsdecode(b"caf\xe9.log")).write_bytes(LINE)
    found, _ = discover([str(logs)], scratch)
    assert [f.name.endswith("caf\ufffd.log") for f in found] == [False, True]
    assert all(f.path and f.path.read_bytes() == LINE for f in found)


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tgz", "tar.xz", "tar.bz2", "unnamed"])
def test_tars_are_unpacked(suffix: str, logs: Path, scratch: Path) -> None:
    mode = {"tar": "w", "tar.xz": "w:xz", "tar.bz2": "w:bz2"}.get(suffix, "w:gz")
    path = tarred(logs / f"x.{suffix}", {"in/b.log": LINE, "c.log": LINE}, mode)
    found, problems = discover([str(path)], scratch)
    assert not problems
    assert [f.name for f in found] == [f"{path}!c.log", f"{path}!in/b.log"]
    assert all(f.path and f.path.read_bytes() == LINE for f in found)


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "..\\evil", "a/../../evil"])
def test_no_member_leads_out_of_the_folder(name: str, logs: Path, scratch: Path) -> None:
    before = set(logs.parent.rglob("*")) - set(scratch.rglob("*"))
    zipped(logs / "x.zip", {name: LINE})
    tarred(logs / "y.tar", {name: LINE})
    found, _ = discover([str(logs)], scratch)
    assert len(found) == 3
    assert all(f.path and (f.path.is_relative_to(scratch) or f.path.parent == logs) for f in found)
    after = set(logs.parent.rglob("*")) - set(scratch.rglob("*"))
    assert after - before == {logs / "x.zip", logs / "y.tar"}


def test_archives_in_archives_are_unpacked_to_a_depth(logs: Path, scratch: Path) -> None:
    data = LINE
    for depth in range(6):
        inner = logs.parent / f"{depth}.zip"
        data = zipped(inner, {f"{depth}": data}).read_bytes()
    (logs / "deep.zip").write_bytes(data)
    found, problems = names([logs], scratch)
    assert found == ["logs/a.log"]
    assert "deeper than 4" in problems


def test_a_gz_in_a_tar_stays_for_the_reader(logs: Path, scratch: Path) -> None:
    path = tarred(logs / "x.tar.gz", {"b.log.gz": gzip.compress(LINE)}, "w:gz")
    found, _ = discover([str(path)], scratch)
    assert found[0].path is not None
    assert gzip.decompress(found[0].path.read_bytes()) == LINE


def test_two_members_of_one_name_are_both_read(logs: Path, scratch: Path) -> None:
    with zipfile.ZipFile(logs / "x.zip", "w") as archive:
        archive.writestr("b.log", b"one\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("b.log", b"two\n")
    found, _ = discover([str(logs / "x.zip")], scratch)
    assert [f.name[-8:] for f in found] == ["ip!b.log", "!b.log#2"]


def test_a_bomb_is_stopped(logs: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_SMALL", 1 << 20)
    monkeypatch.setattr(archives, "_RATIO", 1)
    zipped(logs / "bomb.zip", {"a": LINE, "b": bytes(8 << 20), "c": LINE})
    found, problems = names([logs], scratch)
    assert found == ["logs/a.log", "logs/bomb.zip!a"]
    assert "unpacks to more than its limit" in problems
    assert sum(p.stat().st_size for p in scratch.rglob("*") if p.is_file()) <= 2 << 20


def test_too_many_members_are_stopped(
    logs: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_MEMBERS", 3)
    zipped(logs / "many.zip", {str(i): LINE for i in range(9)})
    found, problems = names([logs], scratch)
    assert len(found) == 4
    assert "more than 3 members" in problems


def test_a_damaged_archive_gives_what_it_can(logs: Path, scratch: Path) -> None:
    noise = os.urandom(200_000)
    path = tarred(logs / "x.tar.gz", {"b.log": LINE, "c.log": noise, "d.log": LINE}, "w:gz")
    path.write_bytes(path.read_bytes()[:120_000])
    found, problems = discover([str(path)], scratch)
    assert [f.name[-6:] for f in found] == ["!b.log", "!c.log"]
    assert found[1].path is not None
    assert noise.startswith(found[1].path.read_bytes())
    assert found[1].path.stat().st_size > 0
    assert problems


def test_an_encrypted_member_is_told_and_the_others_read(logs: Path, scratch: Path) -> None:
    path = zipped(logs / "x.zip", {"b.log": LINE, "c.log": LINE})
    data = bytearray(path.read_bytes())
    for magic, flag in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + flag] |= 1
    path.write_bytes(data)
    found, problems = names([path], scratch)
    assert found == ["logs/x.zip!c.log"]
    assert "encrypted" in problems


def test_what_is_only_named_like_an_archive_is_read_as_it_is(logs: Path, scratch: Path) -> None:
    (logs / "x.zip").write_bytes(b"PK\3\4" + LINE)
    (logs / "y.tar.gz").write_bytes(gzip.compress(LINE))
    assert names([logs], scratch) == (["logs/a.log", "logs/x.zip", "logs/y.tar.gz"], "")
