"""The README's commands exist, their options are real, and their paths are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from logsleuth import errors
from logsleuth.cli import app

ROOT: Final = Path(__file__).parents[1]
PAPERS: Final = ("README.md", "CONTRIBUTING.md")
FENCE: Final = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE: Final = re.compile(r"`(logsleuth [^`]+)`")
ROOT_OPTIONS: Final = {"--help", "-h", "--version", "--debug"}


def command_lines(paper: str) -> list[str]:
    """Every logsleuth command of a paper, wherever in a line of shell it stands."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    blocks = "\n".join(FENCE.findall(text)).replace("\\\n", " ")
    parts = re.split(r"\n|&&|\||;", re.sub(r'"[^"\n]*"', "QUOTED", blocks))
    typed = [part.strip().removeprefix(".venv/bin/") for part in parts]
    told = [line for line in INLINE.findall(text) if "…" not in line]
    return [line for line in (*typed, *told) if line.startswith("logsleuth ")]


LINES: Final = [(paper, line) for paper in PAPERS for line in command_lines(paper)]


@pytest.mark.parametrize(("paper", "line"), LINES)
def test_a_command_of_the_papers_is_real(paper: str, line: str) -> None:
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    words = shlex.split(line, comments=True)[1:]
    if words[0] in ROOT_OPTIONS:
        return
    assert words[0] in commands, line
    options = {
        flag for one in commands[words[0]].params for flag in (*one.opts, *one.secondary_opts)
    }
    for word in words[1:]:
        if re.match(r"-[-a-zA-Z]", word):
            assert word.partition("=")[0] in options | ROOT_OPTIONS, line


def test_the_readme_shows_every_command() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    shown = {line.split()[1] for line in command_lines("README.md")}
    assert set(commands) <= shown


def test_the_two_commands_are_there_and_whole() -> None:
    blocks = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    first, second = (block.replace("\\\n", " ").strip() for block in blocks[:2])
    for block in (first, second):
        assert "\n" not in block, "one command each"
        assert block.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert "-c constraints.txt" in block
    assert "investigate" in first
    assert "--report" in first
    assert second.endswith(".venv/bin/pytest -q -n auto")


def test_what_the_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    named = re.findall(r"(?:sample_logs|queries|docs|logsleuth)/[\w./-]*", text)
    assert linked
    for path in (*linked, *named):
        assert (ROOT / path.rstrip(".")).exists(), path


def test_the_exit_statuses_are_the_ones_that_are_raised() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = {int(status) for status in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    raised = {
        one.exit_status
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.LogsleuthError)
    }
    assert told == raised | {0, 1, 70, 130}
