"""The line at the bottom in which people type: what to search for, a command, or SQL."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.binding import BindingType

Kind = Literal["/", ":", ";"]
_HINTS: Final[dict[Kind, str]] = {
    "/": "a regular expression",
    ":": "filter-in, filter-out, reset, level, goto, query, quit",
    ";": "from requests where status >= 500",
}


class Prompt(Input):
    """An input that is there while it is needed; up and down bring back what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "past(-1)", show=False),
        Binding("down", "past(1)", show=False),
    ]

    class Typed(Message):
        """Something was typed and is to be done."""

        def __init__(self, kind: Kind, text: str) -> None:
            """Carry what was typed and where."""
            super().__init__()
            self.kind = kind
            self.text = text

    class Left(Message):
        """Nothing is to be done."""

    def __init__(self) -> None:
        """Make a prompt that isn't shown yet."""
        super().__init__(id="prompt", compact=True)
        self.kind: Kind = ":"
        self._said: dict[Kind, list[str]] = {"/": [], ":": [], ";": []}
        self._place = 0
        self.display = False

    def ask(self, kind: Kind, text: str = "") -> None:
        """Show the prompt and wait for what is typed."""
        self.kind, self.value, self.placeholder = kind, text, _HINTS[kind]
        self._place = len(self._said[kind])
        self.cursor_position = len(text)
        self.display = True
        self.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand on what was typed."""
        event.stop()
        self.display = False
        said = self._said[self.kind]
        if event.value.strip() and event.value not in said[-1:]:
            said.append(event.value)
        self.post_message(
            self.Typed(self.kind, event.value) if event.value.strip() else self.Left()
        )

    def action_leave(self) -> None:
        """Type nothing."""
        self.display = False
        self.post_message(self.Left())

    def action_past(self, by: int) -> None:
        """Bring back what was typed before."""
        said = self._said[self.kind]
        self._place = min(max(self._place + by, 0), len(said))
        self.value = said[self._place] if self._place < len(said) else ""
        self.cursor_position = len(self.value)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what it is given: the rest of the line, and its words."""

    name: str
    rest: str
    words: tuple[str, ...]


# What each wants, as the help says it.
COMMANDS: Final = {
    "filter-in": "PATTERN    only lines that have it",
    "filter-out": "PATTERN   no lines that have it",
    "level": "LEVEL          only lines as grave as error, warning, info",
    "reset": "               all lines again",
    "goto": "TIME|EVENT-ID   2026-03-01T10:14:05Z, 10:14:05",
    "query": "NAME KEY=VALUE  a canned query",
    "quit": "                leave the program",
}


def parse(text: str) -> Command:
    """Read a command.

    Raises:
        UsageError: there is no such command, or it lacks what it wants.
    """
    name, _, rest = text.strip().partition(" ")
    if name not in COMMANDS:
        message = f"there is no command {name!r}"
        raise UsageError(message, hint=f"one of {', '.join(COMMANDS)}")
    rest = rest.strip()
    if not rest and name not in ("reset", "quit"):
        message = f"{name} wants more"
        raise UsageError(message, hint=f"{name} {' '.join(COMMANDS[name].split())}")
    return Command(name, rest, _words(rest) if name == "query" else ())


def _words(rest: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(rest))
    except ValueError as error:
        message = f"{rest}: {error}"
        raise UsageError(message, hint="close the quotes") from error
