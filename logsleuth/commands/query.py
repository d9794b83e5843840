"""`query`: runs a canned query on a case, or lists them."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import ReadCase, Style, Table
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from logsleuth.case.library import Query


def query(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The query.")] = None,
    case: ReadCase = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="KEY=VALUE", help="Repeatable.")
    ] = None,
    style: Table = Style.TABLE,
    queries: Annotated[
        Path | None,
        typer.Option(
            "--queries", metavar="DIR", help="Queries of your own.", exists=True, file_okay=False
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", "-l", help="List the queries.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the query, don't run it.")] = False,
) -> None:
    """Run a canned query, or list them with --list.

    \b
    logsleuth query --list
    logsleuth query balancer-shares --case incident.duckdb
    logsleuth query slow-requests -p top=10 -p since=2026-03-01T10:14:00Z -f json
    """
    from logsleuth.case import library

    known = library.load(queries)
    if listing:
        _list(known, style)
    elif name is None:
        message = "which query?"
        raise UsageError(message, hint="logsleuth query --list")
    elif sql:
        typer.echo(library.find(known, name).sql)
    else:
        _run(library.find(known, name), case, _pairs(parameters or []), style)


def _list(known: Mapping[str, "Query"], style: Style) -> None:
    from logsleuth.renderers.table import write_rows

    rows = [
        (name, query.answers, " ".join(one.name for one in query.parameters))
        for name, query in known.items()
    ]
    write_rows(sys.stdout, ["query", "answers", "parameters"], rows, style)


def _run(query: "Query", case: Path | None, given: dict[str, str], style: Style) -> None:
    from logsleuth.case import library
    from logsleuth.case.opening import chosen
    from logsleuth.case.store import open_case
    from logsleuth.renderers.table import write_rows

    with open_case(chosen(case)) as opened:
        names, rows = library.run(opened, query, given)
        write_rows(sys.stdout, names, rows, style)


def _pairs(parameters: list[str]) -> dict[str, str]:
    pairs = {}
    for text in parameters:
        key, sign, value = text.partition("=")
        if not sign or not key:
            message = f"-p {text}: a parameter is written key=value"
            raise UsageError(message, hint="logsleuth query --list shows the parameters")
        pairs[key] = value
    return pairs
