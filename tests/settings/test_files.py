"""Files of settings: found from where one is, read with lines, harmless where a stranger's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from logsleuth.errors import SettingError
from logsleuth.settings import files

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / files.NAME
    path.write_text(text, encoding="utf-8")
    return path


def values(path: Path, *, own: bool = False) -> dict[str, object]:
    return {name: found.value for name, found in files.read(path, own=own).items()}


def test_the_nearest_file_is_found_up_to_the_home_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    deep = home / "a" / "b"
    deep.mkdir(parents=True)
    above = written(tmp_path, "")
    assert files.near(deep, home) is None
    assert files.near(deep, None) == above
    at_home = written(home, "")
    assert files.near(deep, home) == at_home
    assert files.near(deep, home) != written(deep, "")
    assert files.near(deep, home) == deep / files.NAME


def test_what_only_has_the_name_is_no_file_of_settings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / files.NAME)
    assert files.near(tmp_path, tmp_path) is None


def test_the_users_file_is_where_xdg_has_it(tmp_path: Path) -> None:
    assert files.users({}, tmp_path) == tmp_path / ".config/logsleuth/logsleuth.toml"
    said = files.users({"XDG_CONFIG_HOME": "/x"}, tmp_path)
    assert str(said) == "/x/logsleuth/logsleuth.toml"
    assert files.users({"XDG_CONFIG_HOME": "relative"}, tmp_path) == files.users({}, tmp_path)
    assert files.users({}, None) is None


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    text = (
        "# comment\nlog_format = '''\ntz = \"UTC\"\n'''\n"
        'tz = "Europe/Berlin"\nassume_tz = [\n  "app*.log=+02:00",\n]\n"width" = 120\n'
    )
    found = files.read(written(tmp_path, text), own=False)
    lines = {name: int(one.where.rpartition(":")[2]) for name, one in found.items()}
    assert lines == {"log_format": 2, "tz": 5, "assume_tz": 6, "width": 9}
    assert found["tz"].value == "Europe/Berlin"
    assert found["assume_tz"].value == ("app*.log=+02:00",)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("\ncolour = 'never'\n", ":2: there is no setting called 'colour'", "mean color?"),
        ("tz = 'UTC'\n[top]\nn = 1\n", ":2: there is no setting called 'top'", "docs/"),
        ("x.y = 1\n", ":1: there is no setting called 'x'", "docs/"),
        ("format = 'jsno'\n", ":1: format: one of table, json,.* did you mean json?", "docs/"),
        ("width = true\n", ":1: width: a number of columns", "docs/"),
        ("\n\nwidth = 1\n", ":3: width: a number of columns", "docs/"),
        ("tz = 'Mars/Base'\n", ":1: tz: a zone", "docs/"),
        ("case = 7\n", ":1: case: a text is wanted", "docs/"),
        ("log_format = [1]\n", ":1: log_format: a text or a list", "docs/"),
        ("tz = 'UTC'\ntz = 'UTC'\n", ":2: ", "docs/"),
        ("tz = \n", ":1: ", "docs/"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(
    tmp_path: Path, text: str, said: str, hint: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingError, match=f"^{path}{said}") as refused:
        files.read(path, own=True)
    assert hint in refused.value.hint


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "#" * 70_000)
    with pytest.raises(SettingError, match="too large"):
        files.read(path, own=True)
    path.write_bytes(b"tz = '\xff'")
    with pytest.raises(SettingError, match="can't be read"):
        files.read(path, own=True)


@pytest.mark.parametrize("command", ["'sh -c \"touch owned\"'", "'less'", "true", "['less']"])
def test_a_strangers_file_names_no_program(tmp_path: Path, command: str) -> None:
    path = written(tmp_path, f"pager = {command}\n")
    with pytest.raises(SettingError, match=r":1: pager: "):
        files.read(path, own=False)


def test_any_file_may_say_that_there_is_no_pager(tmp_path: Path) -> None:
    path = written(tmp_path, "pager = false\n")
    assert values(path) == values(path, own=True) == {"pager": ""}
    assert values(written(tmp_path, "pager = 'less -S'"), own=True) == {"pager": "less -S"}


@pytest.mark.parametrize("key", ["case", "formats", "queries"])
def test_a_strangers_file_leads_nowhere_else(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "evidence"
    (tmp_path / "secret").mkdir()
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    for value in ("../secret", "/etc", "link/x", "~/x", "a/../../secret"):
        path = written(folder, f"{key} = '{value}'\n")
        with pytest.raises(SettingError, match=f":1: {key}: .* leads out of the folder"):
            files.read(path, own=False)
    inside = written(folder, f"{key} = 'mine'\n")
    assert values(inside) == {key: folder / "mine"}
    assert values(written(folder, f"{key} = '/etc'\n"), own=True)[key] is not None
