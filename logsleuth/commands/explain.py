"""`explain`: prints what to know of a fault: how it shows, how to confirm and resolve it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Output, Table, wanted
from logsleuth.console import completion

if TYPE_CHECKING:
    from logsleuth.console.output import Wanted
    from logsleuth.model import Runbook

_LISTED = ["fault", "component", "what"]
_STEPS = ["fault", "section", "about", "text", "code"]


def explain(
    fault: Annotated[
        str | None,
        typer.Argument(
            metavar="FAULT",
            help="The fault; without it, the list.",
            autocompletion=completion.faults,
        ),
    ] = None,
    style: Table = None,
    output: Output = None,
) -> None:
    """Print the runbook of a fault, or list the faults.

    \b
    logsleuth explain
    logsleuth explain skewed-selection
    logsleuth explain lock-contention --format md
    """
    from logsleuth import runbooks

    asked = wanted(style, output)
    if fault is None:
        _list(runbooks.load(), asked)
    else:
        _write(runbooks.find(fault), asked)


def _list(books: Mapping[str, "Runbook"], asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put

    rows = [(book.fault, book.component, book.title) for book in books.values()]
    put(Answer(_LISTED, rows, [str] * len(_LISTED)), asked)


def _write(book: "Runbook", asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put, put_text

    texts = _texts(book)
    if asked.format in texts:
        put_text(texts[asked.format], asked)
    else:
        put(Answer(_STEPS, _steps(book), [str] * len(_STEPS)), asked)


def _texts(book: "Runbook") -> Mapping[str, Callable[[], str]]:
    import json

    from logsleuth.console.output import columns
    from logsleuth.renderers import runbook
    from logsleuth.renderers.json import runbook as document

    return {
        "table": lambda: runbook.text(book, columns()),
        "md": lambda: runbook.markdown(book),
        "json": lambda: json.dumps(document(book), indent=2) + "\n",
        "jsonl": lambda: json.dumps(document(book)) + "\n",
    }


def _steps(book: "Runbook") -> list[tuple[str, str, str, str, str | None]]:
    """A row for each thing that a runbook says, for what has rows only."""
    notes = [
        (book.fault, section, note.about, note.text, None)
        for section in ("shows", "lookalikes")
        for note in getattr(book, section)
    ]
    steps = [
        (book.fault, section, str(place), step.text, step.code or None)
        for section in ("confirm", "resolve", "prevent")
        for place, step in enumerate(getattr(book, section), start=1)
    ]
    return [(book.fault, "what", "", book.what, None), *notes, *steps]
