"""A format file that says what no format may say is refused, with its name and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from logsleuth.errors import FormatError
from logsleuth.formats import spec
from tests.formats.engine import read

SHIPPED = sorted(Path(spec.__file__).parent.glob("*.toml"))
HEAD = 'title = "A"\nrole = "application"\nurl = "https://example.org/"\n'
SHAPE = "[[shape]]\nname = 'a'\npattern = '^(?P<message>x.*)$'\nfields.message = 'message'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "own.toml: Invalid"),
        (HEAD, "own.toml: key `shape`"),
        (SHAPE, "own.toml: key `title`"),
        (HEAD + "colour = 1\n" + SHAPE, "own.toml: key `colour`"),
        (HEAD + SHAPE + "size = 1\n", "own.toml: key `size`"),
        (HEAD + SHAPE + 'kind = "xml"\n', "own.toml: key `kind`"),
        (HEAD + "starts = '('\n" + SHAPE, "own.toml: key `starts`"),
        (HEAD + 'like = "nothing"\n' + SHAPE, "own.toml: key `like`"),
        (HEAD + "[[shape]]\nname = 'a'\npattern = 'x'\n", "own.toml: shape `a`"),
        (HEAD + "[fields]\nts = { from = 'a', type = 'hour' }\n" + SHAPE, "own.toml: field `ts`"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_key(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=f"^{said}"):
        spec.parse("own.toml", text)


def test_patterns_may_stand_on_several_lines_and_use_definitions() -> None:
    define = "[define]\nlevel = '(?P<level>A|B): '\n[fields]\nmessage = 'message'\n"
    pattern = "pattern = '''\n  ^{{level}}\n  (?P<message>.*)$'''\n"
    text = HEAD + define + "[[shape]]\n" + pattern
    assert spec.parse("own.toml", text).shapes[0].pattern == "^(?P<level>A|B): (?P<message>.*)$"


def test_a_users_format_is_read_and_wins_over_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "klog.toml").write_text(HEAD + SHAPE)
    formats = spec.load(folder)
    assert [f.title for f in formats if f.name == "klog"] == ["A"]
    file = read(tmp_path, {"a.log": "x1\nx2\n"}, formats)["a.log"]
    assert (file.format, file.events) == ("klog", 2)


def test_without_a_folder_the_shipped_formats_are_all() -> None:
    assert spec.load(None) == spec.shipped()


@pytest.mark.parametrize(
    "path", sorted(Path(spec.__file__).parent.glob("*.toml")), ids=lambda p: p.stem
)
def test_the_patterns_of_shipped_formats_compile(path: Path) -> None:
    spec.parse(path.name, path.read_text(encoding="utf-8"))
