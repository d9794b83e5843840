"""What the terminal is asked for: colours, its width, a pager, and by what that was decided."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final, TextIO

from logsleuth.settings.resolve import DEFAULT, Setting

if TYPE_CHECKING:
    from logsleuth.console.session import Session

_PAGERS: Final = ("less", "more")


def color(session: Session, stream: TextIO) -> Setting:
    """Whether a stream gets colours: the option, the settings, then the usual variables."""
    environ = session.environ
    if session.flags.color is not None:
        return _colored(session.flags.color, stream, "--color")
    told = session.settings["color"]
    if told.value is not None:
        return _colored(told.value, stream, told.source)
    # As no-color.org and force-color.org have it: empty is as good as unset.
    if environ.get("NO_COLOR"):
        return Setting(False, "NO_COLOR")
    if environ.get("FORCE_COLOR"):
        return Setting(environ["FORCE_COLOR"] not in {"0", "false"}, "FORCE_COLOR")
    if environ.get("TERM") == "dumb":
        return Setting(False, "TERM")
    return Setting(stream.isatty(), DEFAULT)


def _colored(said: Any, stream: TextIO, source: str) -> Setting:
    return Setting(stream.isatty() if said == "auto" else said == "always", source)


def width(session: Session) -> Setting:
    """How many columns there are; where nobody set it, `COLUMNS` or the terminal itself tells."""
    from shutil import get_terminal_size

    told = session.settings["width"]
    if told.value is not None:
        return told
    source = "COLUMNS" if session.environ.get("COLUMNS") else DEFAULT
    return Setting(get_terminal_size().columns, source)


def pager(session: Session, stream: TextIO) -> Setting:
    """The words of the pager's command for a stream; none of them where there is to be none."""
    from shutil import which

    if not session.flags.pager:
        return Setting((), "--no-pager")
    if not stream.isatty() or session.environ.get("TERM") == "dumb":
        return Setting((), "no terminal")
    told = session.settings["pager"]
    if told.value is not None:
        return Setting(_words(told.value), told.source)
    if session.environ.get("PAGER", "").strip():
        return Setting(_words(session.environ["PAGER"]), "PAGER")
    found = next((name for name in _PAGERS if which(name)), None)
    return Setting((found,) if found else (), DEFAULT)


def _words(command: Any) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(str(command)))
    except ValueError:
        words = ()
    return () if words == ("cat",) else words
