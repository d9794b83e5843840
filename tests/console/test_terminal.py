"""Who decides on colours, width and pager, in which order."""

from __future__ import annotations

import io
from typing import Any

import pytest

from logsleuth.console import terminal
from logsleuth.console.session import Flags, Session
from logsleuth.settings.keys import KEYS
from logsleuth.settings.resolve import Setting


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def session(environ: dict[str, str], flags: Flags | None = None, **told: Any) -> Session:
    made = Session(flags or Flags(), environ)
    made.settings = {key.name: Setting(told.get(key.name), "a file") for key in KEYS}
    return made


@pytest.mark.parametrize(
    ("environ", "color", "flag", "screen", "pipe"),
    [
        ({}, None, None, True, False),
        ({"NO_COLOR": "1"}, None, None, False, False),
        ({"NO_COLOR": ""}, None, None, True, False),
        ({"FORCE_COLOR": "1"}, None, None, True, True),
        ({"FORCE_COLOR": "0"}, None, None, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, None, None, False, False),
        ({"TERM": "dumb"}, None, None, False, False),
        ({"FORCE_COLOR": "1"}, "never", None, False, False),
        ({"NO_COLOR": "1"}, "always", None, True, True),
        ({"NO_COLOR": "1"}, "never", "always", True, True),
        ({"FORCE_COLOR": "1"}, "always", "never", False, False),
        ({"NO_COLOR": "1"}, None, "auto", True, False),
    ],
)
def test_colours(
    environ: dict[str, str], color: str | None, flag: str | None, screen: bool, pipe: bool
) -> None:
    now = session(environ, Flags(color=flag), color=color)
    assert terminal.color(now, Screen()).value is screen
    assert terminal.color(now, io.StringIO()).value is pipe


def test_the_width_that_is_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert terminal.width(session({"COLUMNS": "77"})) == Setting(77, "COLUMNS")
    assert terminal.width(session({"COLUMNS": "77"}, width=120)) == Setting(120, "a file")


@pytest.mark.parametrize(
    ("environ", "told", "words"),
    [
        ({"PAGER": "less -S"}, None, ("less", "-S")),
        ({"PAGER": "less -S"}, "most", ("most",)),
        ({"PAGER": "less"}, "", ()),
        ({"PAGER": "cat"}, None, ()),
        ({"PAGER": "'unclosed"}, None, ()),
        ({"PAGER": "less", "TERM": "dumb"}, None, ()),
    ],
)
def test_pagers(environ: dict[str, str], told: str | None, words: tuple[str, ...]) -> None:
    assert terminal.pager(session(environ, pager=told), Screen()).value == words
    assert terminal.pager(session(environ, pager=told), io.StringIO()).value == ()
    without = session(environ, Flags(pager=False), pager=told)
    assert terminal.pager(without, Screen()).value == ()
