"""`doctor`: every setting with its source, and a status that says whether all can be used."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from logsleuth import __version__
from logsleuth.case.store import SCHEMA_VERSION
from logsleuth.console import machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with nothing set around it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(ran: Ran) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["about"], row["name"]): row for row in json.loads(ran.out)}


def test_it_tells_what_is_set_by_what(
    run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "logsleuth.toml").write_text("# ours\nwidth = 90\ntz = 'UTC'\n", "utf-8")
    monkeypatch.setenv("LOGSLEUTH_TZ", "Europe/Berlin")
    monkeypatch.setenv("LOGSLEUTH_FROMAT", "csv")
    ran = run("doctor", "-f", "json")
    found = rows(ran)
    assert ran.status == 0
    assert found["setting", "width"]["value"] == "90"
    assert found["setting", "width"]["source"] == f"{folder}/logsleuth.toml:2"
    assert found["setting", "tz"]["source"] == "LOGSLEUTH_TZ"
    assert found["setting", "format"] == {
        "about": "setting", "name": "format", "value": None, "source": "default", "state": "ok"
    }  # fmt: skip
    assert found["file", "nearest"]["value"] == str(folder / "logsleuth.toml")
    odd = found["setting", "LOGSLEUTH_FROMAT"]
    assert (odd["state"], "LOGSLEUTH_FORMAT" in odd["value"]) == ("warning", True)
    assert found["version", "logsleuth"]["value"] == __version__
    assert found["terminal", "width"]["source"] == f"{folder}/logsleuth.toml:2"
    assert int(found["formats", "shipped"]["value"]) > 40
    assert found["case", "chosen"]["value"].startswith("none: which case?")
    assert rows(run("doctor", "-f", "json", "--isolated"))["setting", "width"]["value"] is None


def test_what_is_unusable_is_told_beside_the_rest(
    run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "logsleuth.toml").write_text("\nwidht = 90\n", "utf-8")
    monkeypatch.setenv("LOGSLEUTH_FORMAT", "jsno")
    ran = run("doctor", "-f", "json")
    found = rows(ran)
    assert ran.status == 2
    where = f"{folder}/logsleuth.toml"
    assert f"{where}:2: there is no setting called 'widht'" in found["setting", where]["value"]
    assert "did you mean json?" in found["setting", "LOGSLEUTH_FORMAT"]["value"]
    assert found["version", "duckdb"]["state"] == "ok"
    # Every other command stops there, and says the same.
    ran = run("formats")
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean" in ran.err
    assert run("formats", "--help").status == 0


def test_own_formats_and_queries_are_tried(
    run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine").mkdir()
    (folder / "mine/one.sql").write_text("select 1", "utf-8")
    monkeypatch.setenv("LOGSLEUTH_QUERIES", str(folder / "mine"))
    monkeypatch.setenv("LOGSLEUTH_FORMATS", str(folder / "none"))
    ran = run("doctor", "-f", "json")
    found = rows(ran)
    assert ran.status == 2
    assert "front matter" in found["queries", "own"]["value"]
    assert found["formats", "own"]["value"].endswith("none is no folder")
    refused = run("formats")
    assert (refused.status, "is no folder" in refused.err) == (2, True)


def test_the_case_that_would_be_chosen(run: Callable[..., Ran], folder: Path, case: Path) -> None:
    found = rows(run("doctor", "--case", case, "-f", "json"))["case", "chosen"]
    assert found["value"] == f"{case}: schema {SCHEMA_VERSION}"
    assert found["source"] == "--case"
    (folder / "other.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 100)
    ran = run("doctor", "-f", "json")
    broken = rows(ran)["case", "chosen"]
    assert (ran.status, broken["state"]) == (2, "unusable")
    assert broken["source"] == "the only one in this folder"


def test_a_case_of_another_version_is_named_with_it(
    run: Callable[..., Ran], folder: Path, case: Path
) -> None:
    shutil.copy(case, folder / "old.duckdb")
    with duckdb.connect(str(folder / "old.duckdb")) as connection:
        connection.execute("update meta set value = '1' where key = 'schema'")
    ran = run("doctor", "-f", "json")
    told = rows(ran)["case", "chosen"]
    assert (ran.status, told["state"]) == (2, "unusable")
    assert f"its schema is 1, not {SCHEMA_VERSION}" in told["value"]


@pytest.mark.parametrize("style", ["table", "jsonl", "csv", "md"])
def test_it_comes_in_every_format(run: Callable[..., Ran], folder: Path, style: str) -> None:
    assert "duckdb" in run("doctor", "-f", style).out
    target = folder / "doctor.parquet"
    assert run("doctor", "-o", target).status == 0
    assert target.read_bytes().startswith(b"PAR1")


def test_limits_of_control_groups_are_seen(tmp_path: Path) -> None:
    for name, text in (
        ("sys/fs/cgroup/cpu.max", "50000 100000\n"), ("sys/fs/cgroup/memory.max", "536870912\n"),
        ("proc/meminfo", "MemTotal:       2097152 kB\nMemFree: 1 kB\n"),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "ascii")
    assert machine.cores(tmp_path) == (0.5, "control group")
    assert machine.memory(tmp_path) == (512 << 20, "control group")
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n", "ascii")
    assert machine.memory(tmp_path) == (2 << 30, "system")
    assert machine.memory(tmp_path / "none")[0] is None
