"""`explain`: prints what to know of a fault: how it shows, how to confirm and resolve it."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from logsleuth.model import Runbook


class Form(StrEnum):
    """How a runbook is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def explain(
    fault: Annotated[
        str | None, typer.Argument(metavar="FAULT", help="The fault; without it, the list.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to write it.")] = Form.TEXT,
) -> None:
    """Print the runbook of a fault, or list the faults.

    \b
    logsleuth explain
    logsleuth explain skewed-selection
    logsleuth explain lock-contention --format markdown
    """
    from logsleuth import runbooks

    if fault is None:
        _list(runbooks.load(), form)
    else:
        sys.stdout.write(_written(runbooks.find(fault), form))


def _list(books: Mapping[str, "Runbook"], form: Form) -> None:
    from logsleuth.renderers.table import write_rows

    rows = [(book.fault, book.component, book.title) for book in books.values()]
    styles = {Form.TEXT: "table", Form.JSON: "json", Form.MARKDOWN: "md"}
    write_rows(sys.stdout, ["fault", "component", "what"], rows, styles[form])


def _written(book: "Runbook", form: Form) -> str:
    import json
    from shutil import get_terminal_size

    from logsleuth.renderers import runbook
    from logsleuth.renderers.json import runbook as document

    if form is Form.JSON:
        return json.dumps(document(book), indent=2) + "\n"
    if form is Form.MARKDOWN:
        return runbook.markdown(book)
    return runbook.text(book, get_terminal_size().columns)
