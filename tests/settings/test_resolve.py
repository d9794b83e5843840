"""Which setting wins, and that each says what gave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from logsleuth.errors import SettingError
from logsleuth.settings import resolve
from logsleuth.settings.keys import KEYS
from logsleuth.settings.resolve import Around, Setting, gathered, resolved, unknown

DOCS = Path(__file__).parents[2] / "docs/configuration.md"


@pytest.fixture
def around(tmp_path: Path) -> Around:
    """A project's file and a user's file, which say different things."""
    home, project = tmp_path / "home", tmp_path / "home/project"
    own = home / ".config/logsleuth/logsleuth.toml"
    own.parent.mkdir(parents=True)
    (project / "deep").mkdir(parents=True)
    own.write_text("format = 'csv'\nwidth = 100\npager = 'most'\ncolor = 'never'\n", "utf-8")
    (project / "logsleuth.toml").write_text("format = 'md'\nwidth = 90\n", "utf-8")
    return Around({"LOGSLEUTH_FORMAT": "json", "LOGSLEUTH_TZ": ""}, project / "deep", home)


def test_the_environment_wins_then_the_nearest_file_then_the_users(around: Around) -> None:
    told = resolved(around)
    project, own = around.folder.parent, around.home
    assert told["format"] == Setting("json", "LOGSLEUTH_FORMAT")
    assert told["width"] == Setting(90, f"{project}/logsleuth.toml:2")
    assert told["color"] == Setting("never", f"{own}/.config/logsleuth/logsleuth.toml:4")
    assert told["pager"].value == "most"
    assert told["tz"] == Setting(None, resolve.DEFAULT)
    assert list(told) == [key.name for key in KEYS]


def test_isolated_reads_no_file(around: Around) -> None:
    told = resolved(Around(around.environ, around.folder, around.home, isolated=True))
    assert {name for name, one in told.items() if one.value is not None} == {"format"}


def test_the_users_own_file_stays_so_where_it_is_also_the_nearest(around: Around) -> None:
    assert around.home is not None
    there = Around({}, around.home / ".config/logsleuth", around.home)
    assert [own for _, own in resolve.places(there)] == [True]
    assert resolved(there)["pager"].value == "most"


def test_one_thing_that_is_wrong_leaves_the_others_to_be_told(around: Around) -> None:
    (around.folder.parent / "logsleuth.toml").write_text("wdth = 90\n", "utf-8")
    environ = {"LOGSLEUTH_FORMAT": "xml", "LOGSLEUTH_WIDTH": "70"}
    wrong = Around(environ, around.folder, around.home)
    told, problems = gathered(wrong)
    assert set(problems) == {"LOGSLEUTH_FORMAT", f"{around.folder.parent}/logsleuth.toml"}
    assert (told["width"].value, told["format"].value) == (70, "csv")
    with pytest.raises(SettingError, match="LOGSLEUTH_FORMAT=xml: one of table"):
        resolved(wrong)


def test_variables_are_converted_as_files_are() -> None:
    environ = {
        "LOGSLEUTH_ASSUME_TZ": "UTC, app*.log=+02:00",
        "LOGSLEUTH_LOG_FORMAT": "%h %t, %r",
        "LOGSLEUTH_PAGER": "",
        "LOGSLEUTH_CASE": "../other/case.duckdb",
    }
    told, problems = resolve.environment(environ)
    assert not problems
    assert told["assume_tz"].value == ("UTC", "app*.log=+02:00")
    assert told["log_format"].value == ("%h %t, %r",)
    assert told["pager"].value == ""
    assert told["case"].value == Path("../other/case.duckdb")


def test_variables_that_only_look_like_ours_are_known() -> None:
    odd = unknown({"LOGSLEUTH_FROMAT": "x", "LOGSLEUTH_TZ": "UTC", "HOME": "/"})
    assert odd == {"LOGSLEUTH_FROMAT": "did you mean LOGSLEUTH_FORMAT?"}


def test_the_docs_tell_every_setting() -> None:
    text = DOCS.read_text(encoding="utf-8")
    told = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert told == [key.name for key in KEYS]
