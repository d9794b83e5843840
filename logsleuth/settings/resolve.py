"""What is set in the end, and by what: the environment, the nearest file, the user's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logsleuth.errors import SettingError
from logsleuth.nearest import did_you_mean
from logsleuth.settings import files
from logsleuth.settings.keys import KEYS, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.settings.files import Found

DEFAULT: Final = "default"
ISOLATED: Final = "LOGSLEUTH_ISOLATED"
# Names under our prefix that are no settings.
_OTHERS: Final = (ISOLATED, "_LOGSLEUTH_COMPLETE")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and what gave it: a variable, a file with its line, or nothing."""

    value: object
    source: str


@dataclass(frozen=True, slots=True)
class Around:
    """Where a command runs: the environment, the working directory, the user's home."""

    environ: Mapping[str, str]
    folder: Path
    home: Path | None
    isolated: bool = False
    """No file is read."""


def here(environ: Mapping[str, str], *, isolated: bool = False) -> Around:
    """Return where this process runs."""
    try:
        home: Path | None = Path.home().resolve()
    except RuntimeError:
        home = None
    return Around(environ, Path.cwd(), home, isolated or bool(environ.get(ISOLATED)))


def resolved(around: Around) -> dict[str, Setting]:
    """Return every setting: the environment goes before the nearest file, that before the user's.

    Raises:
        SettingError: a file or a variable says what can't be said.
    """
    settings, problems = gathered(around)
    for problem in problems.values():
        raise problem
    return settings


def gathered(around: Around) -> tuple[dict[str, Setting], dict[str, SettingError]]:
    """Return every setting, and by their place those that can't be used."""
    told, problems = environment(around.environ)
    layers = [told]
    for path, own in places(around):
        try:
            layers.append(files.read(path, own=own))
        except SettingError as problem:
            problems[str(path)] = problem
    return {key.name: _first(key.name, layers) for key in KEYS}, problems


def places(around: Around) -> Iterator[tuple[Path, bool]]:
    """The files that are read, the strongest first, and whether each is the user's own."""
    if around.isolated:
        return
    own = files.users(around.environ, around.home)
    near = files.near(around.folder, around.home)
    if near is not None and near != own:
        yield near, False
    if own is not None and own.is_file():
        yield own, True


def environment(environ: Mapping[str, str]) -> tuple[dict[str, Found], dict[str, SettingError]]:
    """Return what the variables say, and by their name those that can't be used.

    An empty one says nothing, save that there is to be no pager.
    """
    found, problems = {}, {}
    for key in KEYS:
        text = environ.get(key.variable)
        if text is None or (not text.strip() and key.name != "pager"):
            continue
        try:
            found[key.name] = files.Found(key.convert(text), key.variable)
        except RefusedError as refused:
            message = f"{key.variable}={text}: {refused}"
            problems[key.variable] = SettingError(message, hint=f"unset {key.variable}")
    return found, problems


def unknown(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that look like ours and aren't, each with what may have been meant."""
    known = {key.variable for key in KEYS} | set(_OTHERS)
    odd = sorted(name for name in environ if name.startswith("LOGSLEUTH_") and name not in known)
    return {name: did_you_mean(name, known) for name in odd}


def _first(name: str, told: list[dict[str, Found]]) -> Setting:
    for layer in told:
        if name in layer:
            return Setting(layer[name].value, layer[name].where)
    return Setting(None, DEFAULT)
