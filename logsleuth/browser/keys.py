"""The keys of the program, those of lnav where both do the same; and the page that tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from logsleuth.browser.prompt import COMMANDS

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.app import ComposeResult
    from textual.binding import BindingType

# Keys, what they do in the program, and how the help says it.
KEYS: Final = (
    ("1,t", "view('timeline')", "timeline: what happened, in order"),
    ("2,i", "view('histogram')", "histogram: requests and failures over time"),
    ("3,s", "view('shares')", "shares: what each server got"),
    ("4,x", "view('evidence')", "evidence: the lines of all layers in order of time"),
    ("5,v", "view('sql')", "SQL: questions and their answers"),
    ("tab", "turn(1)", "next view"),
    ("shift+tab", "turn(-1)", "previous view"),
    ("enter", "follow", "go to the lines: of a moment, a bin, a server, an event in a result"),
    ("j,down", "move(1)", "down"),
    ("k,up", "move(-1)", "up"),
    ("space,pagedown", "screenful(1)", "a page down"),
    ("b,pageup", "screenful(-1)", "a page up"),
    ("ctrl+d", "screenful(0.5)", "half a page down"),
    ("ctrl+u", "screenful(-0.5)", "half a page up"),
    ("g,home", "edge('first')", "to the top"),
    ("G,end", "edge('last')", "to the bottom"),
    ("l,right", "sideways(20)", "to the right"),
    ("h,left", "sideways(-20)", "to the left"),
    ("e", "grave('error', 'forward')", "next error"),
    ("E", "grave('error', 'backward')", "previous error"),
    ("w", "grave('warning', 'forward')", "next warning or error"),
    ("W", "grave('warning', 'backward')", "previous warning or error"),
    ("slash", "ask('/')", "search: a regular expression"),
    ("n", "again('forward')", "next hit"),
    ("N", "again('backward')", "previous hit"),
    ("colon", "ask(':')", "a command, see below"),
    ("semicolon", "ask(';')", "SQL"),
    ("c", "queries", "the canned queries"),
    ("p", "originals", "show or hide the original lines"),
    ("escape", "stop", "stop a question that takes long"),
    ("question_mark,f1", "help", "this page"),
    ("q", "leave", "back to the view before, then leave"),
)  # fmt: skip
_SHOWN: Final = {"slash": "/", "colon": ":", "semicolon": ";", "question_mark": "?"}


def bindings() -> list[BindingType]:
    """Return the keys as Textual has them; a text that is being typed goes first."""
    # Screens move the focus with these: here it is the view that has it.
    first = {"tab", "shift+tab"}
    return [Binding(k, action, said, show=False, priority=k in first) for k, action, said in KEYS]


def page() -> Text:
    """Return the page of keys and commands."""
    text = Text("Keys\n", style="bold")
    for keys, _, said in KEYS:
        names = " ".join(_SHOWN.get(key, key) for key in keys.split(","))
        text.append(f"  {names:<16} {said}\n", style="none")
    text.append("\nCommands, after :\n", style="bold")
    for name, said in COMMANDS.items():
        text.append(f"  {name:<11} {said}\n", style="none")
    return text.append("\nesc or q closes this page.", style="dim")


class Help(ModalScreen[None]):
    """The page of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The page, which scrolls."""
        with VerticalScroll(id="help"):
            yield Static(page(), markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#help").scroll_relative(y=by, animate=False)
