"""What holds for one run of the program: its flags, and the settings that they don't replace."""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.settings.resolve import Around, Setting


@dataclass(frozen=True, slots=True)
class Flags:
    """The options of the whole program."""

    color: str | None = None
    pager: bool = True
    isolated: bool = False


class Session:
    """One run: settings are looked for when the first is asked for, so that help needs none."""

    def __init__(self, flags: Flags = Flags(), environ: Mapping[str, str] | None = None) -> None:
        """Take the flags, and the environment if it isn't that of the process."""
        self.flags = flags
        self.environ = os.environ if environ is None else environ

    @cached_property
    def around(self) -> Around:
        """Where settings are looked for."""
        from logsleuth.settings.resolve import here

        return here(self.environ, isolated=self.flags.isolated)

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """Every setting.

        Raises:
            SettingError: a file or a variable can't be used.
        """
        from logsleuth.settings.resolve import resolved

        return resolved(self.around)

    def bare(self) -> Session:
        """Return the same run with nothing set: for what has to work where settings don't."""
        from logsleuth.settings.keys import KEYS
        from logsleuth.settings.resolve import DEFAULT, Setting

        bare = Session(self.flags, self.environ)
        bare.settings = {key.name: Setting(None, DEFAULT) for key in KEYS}
        return bare

    def folder(self, name: str) -> Path | None:
        """Return the folder that is set.

        Raises:
            SettingError: there is no such folder.
        """
        told = self.settings[name]
        if isinstance(told.value, Path) and not told.value.is_dir():
            message = f"{told.source}: {name}: {told.value} is no folder"
            raise SettingError(message, hint="logsleuth doctor shows what is set by what")
        return told.value if isinstance(told.value, Path) else None

    def value(self, name: str) -> Any:
        """Return the value of a setting, None where nobody set it."""
        return self.settings[name].value


_current: Final[ContextVar[Session]] = ContextVar("session")


def begin(flags: Flags = Flags()) -> Session:
    """Begin a run with these flags."""
    session = Session(flags)
    _current.set(session)
    return session


def use(session: Session) -> None:
    """Go on with this run."""
    _current.set(session)


def current() -> Session:
    """Return the run that was begun last; one without flags where none was."""
    return _current.get(None) or begin()
