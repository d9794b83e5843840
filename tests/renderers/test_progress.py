"""Progress is for people who watch: it says how far reading has come, and only on a terminal."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from logsleuth.renderers.progress import reading


@dataclass(frozen=True)
class Step:
    """What an ingest tells."""

    file: str
    lines: int
    rejected: int
    bytes: int
    total_bytes: int | None


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def shown(steps: list[Step], stream: io.StringIO, *, quiet: bool = False) -> str:
    with reading(stream, quiet=quiet) as told:
        for step in steps:
            told(step)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")


STEPS = [
    Step("a.log", 0, 0, 0, 300),
    Step("a.log", 1_000, 3, 100, 300),
    Step("b\x1b[2J.log", 0, 0, 100, 300),
    Step("b\x1b[2J.log", 500, 1, 300, 300),
]


def test_files_are_added_up() -> None:
    text = shown(STEPS, Terminal())
    assert "1,500 lines" in text
    assert "4 rejected" in text


def test_names_can_not_act_on_the_terminal() -> None:
    assert "\x1b[2J.log" not in shown(STEPS, Terminal())


def test_a_pipe_among_them_leaves_the_end_open() -> None:
    assert "7 lines" in shown([Step("-", 7, 0, 70, None)], Terminal())


def test_nothing_is_shown_where_nobody_watches() -> None:
    assert shown(STEPS, io.StringIO()) == ""
    assert shown(STEPS, Terminal(), quiet=True) == ""


def test_no_step_at_all_is_no_trouble() -> None:
    shown([], Terminal())
