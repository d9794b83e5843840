"""Finds logsleuth.toml and reads it: every value with the line that it is on."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.errors import SettingError
from logsleuth.nearest import did_you_mean
from logsleuth.settings.keys import BY_NAME, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.settings.keys import Key

NAME: Final = "logsleuth.toml"
# A file of settings has a few lines; what is larger isn't one, whatever its name.
_LARGEST: Final = 64 << 10
_AT: Final = re.compile(r"\(at line (\d+), column \d+\)")
_SEE: Final = "docs/configuration.md lists the settings"


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a file, checked, and where it stands."""

    value: object
    where: str


def near(folder: Path, home: Path | None) -> Path | None:
    """Return the first logsleuth.toml from a folder upwards, up to the home folder or the root."""
    for here in (folder, *folder.parents):
        if (here / NAME).is_file():
            return here / NAME
        if here == home:
            return None
    return None


def users(environ: Mapping[str, str], home: Path | None) -> Path | None:
    """Return where the user's own file is, as the XDG Base Directory Specification has it."""
    said = Path(environ.get("XDG_CONFIG_HOME", ""))
    # The specification has relative paths ignored.
    folder = said if said.is_absolute() else home / ".config" if home is not None else None
    return folder / "logsleuth" / NAME if folder is not None else None


def read(path: Path, *, own: bool) -> dict[str, Found]:
    """Read a file of settings; `own` is the user's, any other may lie in a stranger's folder.

    A stranger's file can't name a program, and no path outside its folder: whatever it says,
    nothing is run or written that wouldn't be without it.

    Raises:
        SettingError: it can't be read, or says what can't be said; with file and line.
    """
    text = _text(path)
    return {name: _checked(path, text, name, value, own) for name, value in _parsed(path, text)}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            message = f"{path}: too large for a file of settings"
            raise SettingError(message, hint=_SEE)
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: can't be read ({error})"
        raise SettingError(message, hint=_SEE) from error


def _parsed(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    try:
        yield from tomllib.loads(text).items()
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = _AT.search(said)
        where = f"{path}:{at[1]}" if at else str(path)
        message = f"{where}: {_AT.sub('', said).strip()}"
        raise SettingError(message, hint=_SEE) from error


def _checked(path: Path, text: str, name: str, value: object, own: bool) -> Found:
    where = f"{path}:{_line(text, name)}"
    if name not in BY_NAME:
        message = f"{where}: there is no setting called {name!r}"
        raise SettingError(message, hint=did_you_mean(name, BY_NAME) or _SEE)
    key = BY_NAME[name]
    try:
        converted = key.convert(value)
        return Found(_placed(path, key, converted, own), where)
    except RefusedError as refused:
        message = f"{where}: {name}: {refused}"
        raise SettingError(message, hint=_SEE) from None


def _placed(path: Path, key: Key, value: object, own: bool) -> object:
    if key.name == "pager" and value and not own:
        message = "only your own file may name a program; here it can be false"
        raise RefusedError(message)
    if not isinstance(value, Path):
        return value
    there = path.parent / value
    if not own and not there.resolve().is_relative_to(path.parent.resolve()):
        message = f"{value} leads out of the folder of this file; only your own file may do that"
        raise RefusedError(message)
    return there


def _line(text: str, name: str) -> int:
    """The line on which a key or table of the top level is set: tomllib doesn't tell."""
    lines = text.splitlines(keepends=True)
    stated = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}[\"']?\s*[=.\]]")
    for place, line in enumerate(lines):
        # A line inside a text of several lines may look alike, but what is before it isn't whole.
        if stated.match(line) and _whole("".join(lines[:place])):
            return place + 1
    return 1


def _whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
