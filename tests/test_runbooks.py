"""The texts of the runbooks: whole, true to the faults and the queries, and fit for a screen."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from logsleuth import runbooks
from logsleuth.case import binding, library
from logsleuth.cli import app
from logsleuth.errors import UsageError
from logsleuth.faults import FAULTS
from logsleuth.model import COMPONENTS, Runbook
from logsleuth.renderers import runbook as renderer

FOLDER: Final = Path(__file__).parents[1] / "reports/runbooks"
BOOKS: Final = list(runbooks.load().values())
QUERIES: Final = library.load()
BY_NAME: Final = {fault.NAME: fault for fault in FAULTS}
KEYS: Final = {"component", "title", "what", "shows", "lookalikes", "confirm", "resolve", "prevent"}
BALANCERS: Final = {"nginx", "HAProxy"}
LAYERS: Final = {*BALANCERS, "application", "database", "PostgreSQL", "MySQL", "pooler"}
COMMAND: Final = re.compile(r"logsleuth [a-z]+(?:[^`\n]*)")
VALUES: Final = {**renderer.VARIABLES, "REQUEST-ID": "9f3a1c44d1e84b6f"}

every = pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.fault)


def texts(book: Runbook) -> list[str]:
    notes = [note.text for note in (*book.shows, *book.lookalikes)]
    steps = [step.text for step in (*book.confirm, *book.resolve, *book.prevent)]
    return [book.title, book.what, *notes, *steps]


def codes(book: Runbook) -> list[str]:
    steps = (*book.confirm, *book.resolve, *book.prevent)
    return [step.code for step in steps if step.code]


def commands(book: Runbook) -> list[str]:
    """Every command of logsleuth that a runbook tells to type, in code and in prose."""
    said = [part for text in texts(book) for part in text.split("`")[1::2]]
    return [found for part in (*codes(book), *said) for found in COMMAND.findall(part)]


def valued(line: str) -> str:
    """A command as the shell would run it."""
    for name, value in VALUES.items():
        line = re.sub(rf"\$?\b{name}\b", value, line)
    return line


def test_every_fault_has_a_runbook_and_every_runbook_a_fault() -> None:
    assert set(runbooks.load()) == set(BY_NAME)


def test_they_are_in_the_order_of_the_components() -> None:
    order = [(COMPONENTS.index(book.component), book.fault) for book in BOOKS]
    assert order == sorted(order)


@every
def test_it_says_of_the_fault_what_the_module_says(book: Runbook) -> None:
    fault = BY_NAME[book.fault]
    assert book.component == fault.COMPONENT
    assert tuple(note.about for note in book.lookalikes) == fault.LOOKALIKES


@every
def test_every_section_says_something(book: Runbook) -> None:
    assert 30 <= len(book.title) <= 120
    assert book.title.endswith(".")
    assert len(book.what) >= 150
    layers = {note.about for note in book.shows}
    assert layers <= LAYERS
    assert layers >= {*BALANCERS, "application"}
    assert layers & {"database", "PostgreSQL"}
    assert all(len(note.text) >= 20 for note in (*book.shows, *book.lookalikes))
    assert len(book.confirm) >= 3
    assert sum(bool(step.code) for step in book.confirm) >= 3
    assert len(book.resolve) >= 3
    assert any(step.code for step in book.resolve)
    assert len(book.prevent) >= 2


@every
def test_a_database_fault_is_told_in_the_words_of_both_databases(book: Runbook) -> None:
    told = {"PostgreSQL", "MySQL"} <= {note.about for note in book.shows}
    assert told == (book.component == "database")


@every
def test_prose_is_whole_and_its_code_is_closed(book: Runbook) -> None:
    for text in texts(book):
        assert text.count("`") % 2 == 0, text
        assert text.rstrip('"')[-1] in ".?!:", text
        assert "  " not in text


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.stem)
def test_a_file_has_no_key_that_nobody_reads(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(data) == KEYS
    for section in ("confirm", "resolve", "prevent"):
        assert all(set(step) <= {"text", "code"} for step in data[section])


@every
def test_every_query_it_names_can_be_run(book: Runbook) -> None:
    named = [line for line in commands(book) if line.startswith("logsleuth query ")]
    assert len(named) >= 3, "a fault is confirmed from the case first"
    for line in named:
        words = shlex.split(valued(line), comments=True)[2:]
        query, options = library.find(QUERIES, words[0]), words[1:]
        assert set(options[::2]) <= {"-p"}, line
        binding.bind(query, dict(option.split("=", 1) for option in options[1::2]))


@every
def test_every_command_it_names_is_there_with_its_options(book: Runbook) -> None:
    known: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for line in commands(book):
        words = line.replace('"', " ").split()
        assert words[1] in known, line
        options = {flag for one in known[words[1]].params for flag in one.opts}
        if words[1] != "sql":
            assert {word for word in words if re.match(r"--?[a-z]", word)} <= options, line
        if words[1] == "explain":
            assert words[2] in BY_NAME


@every
def test_what_it_takes_from_the_shell_is_set_first(book: Runbook) -> None:
    used = {name for code in codes(book) for name in re.findall(r"\$([A-Z]+)\b", code)}
    assert used <= set(renderer.VARIABLES)
    first, second = renderer.setting(book).splitlines()
    assert first == "export LOGSLEUTH_CASE=incident.duckdb"
    assert set(second.split()) == {f"{name}={renderer.VARIABLES[name]}" for name in used}


@every
def test_it_fits_a_screen_and_no_more_than_three(book: Runbook) -> None:
    lines = renderer.text(book, 100).splitlines()
    assert 50 <= len(lines) <= 90
    assert max(map(len, lines)) <= 100
    assert not [line for line in lines if line != line.rstrip()]


@every
def test_prose_is_wrapped_and_commands_are_not(book: Runbook) -> None:
    narrow = renderer.text(book, 60)
    for code in codes(book):
        for line in code.splitlines():
            assert f"       {line}\n" in narrow or not line.strip()
    prose = [line for line in narrow.splitlines() if not line.startswith("       ")]
    assert max(map(len, prose[: prose.index("CONFIRM IT")])) <= 60


@every
def test_markdown_has_every_section_and_closed_fences(book: Runbook) -> None:
    text = renderer.markdown(book)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(renderer.SECTIONS.values())
    assert text.count("```") == 2 * (len(codes(book)) + 1)
    for code in codes(book):
        assert all(line in text for line in code.splitlines())


@pytest.mark.parametrize("name", ["skewed-selection", "Skewed_Selection", " skewed selection "])
def test_spelling_does_not_matter(name: str) -> None:
    assert runbooks.find(name).fault == "skewed-selection"


@pytest.mark.parametrize(
    ("name", "near"),
    [("skew", "skewed-selection"), ("lock-contnetion", "lock-contention"), ("zzz", "lists them")],
)
def test_an_unknown_one_leads_to_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        runbooks.find(name)
    assert near in caught.value.hint
