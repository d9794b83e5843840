"""`query`: runs a canned query on a case, or lists them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Output,
    Queries,
    ReadCase,
    Since,
    Table,
    Until,
    Zone,
    chosen,
    narrate,
    own_queries,
    wanted,
)
from logsleuth.console import completion
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from logsleuth.case.binding import Query
    from logsleuth.console.output import Wanted

_LISTED = ["query", "answers", "parameters"]


def query(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The query.", autocompletion=completion.queries),
    ] = None,
    case: ReadCase = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="KEY=VALUE",
            help="Repeatable.",
            autocompletion=completion.parameters,
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    tz: Zone = None,
    style: Table = None,
    output: Output = None,
    queries: Queries = None,
    listing: Annotated[bool, typer.Option("--list", "-l", help="List the queries.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the query, don't run it.")] = False,
) -> None:
    """Run a canned query, or list them with --list.

    --since and --until set the parameters of these names; "ago" counts back from the last line.

    \b
    logsleuth query --list
    logsleuth query balancer-shares --case incident.duckdb
    logsleuth query slow-requests -p top=10 --since 10:14 --until +5m --tz Europe/Berlin
    logsleuth query slow-requests -o slow.parquet
    """
    from logsleuth.case import library

    known = library.load(own_queries(queries))
    if listing:
        _list(known, wanted(style, output))
    elif name is None:
        message = "which query?"
        raise UsageError(message, hint="logsleuth query --list")
    elif sql:
        typer.echo(library.find(known, name).sql)
    else:
        found, asked = library.find(known, name), wanted(style, output, tz)
        _run(found, case, _pairs(parameters or [], {"since": since, "until": until}), asked)


def _list(known: Mapping[str, "Query"], asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put

    rows = [
        (name, query.answers, " ".join(one.name for one in query.parameters))
        for name, query in known.items()
    ]
    put(Answer(_LISTED, rows, [str] * len(_LISTED)), asked)


def _run(query: "Query", case: Path | None, given: dict[str, str], asked: "Wanted") -> None:
    from logsleuth.case.binding import bind
    from logsleuth.case.reach import reach
    from logsleuth.case.store import open_case
    from logsleuth.console import times
    from logsleuth.console.output import put_query
    from logsleuth.moments import read

    with open_case(chosen(case)) as opened:
        known = reach(opened, asked.zone)
        stamps = {one.name for one in query.parameters if one.type == "timestamp"}
        since, until = (given.get(end) if end in stamps else None for end in ("since", "until"))
        begin, end = times.stretch(since, until, lambda: known, narrate)
        told = {"since": begin, "until": end}
        placed = {name: ts.isoformat() for name, ts in told.items() if ts is not None}
        values = bind(query, given | placed, lambda text: read(text, known))
        put_query(opened, query.sql, values, asked)


def _pairs(parameters: list[str], ends: Mapping[str, str | None]) -> dict[str, str]:
    pairs = {}
    for text in parameters:
        key, sign, value = text.partition("=")
        if not sign or not key:
            message = f"-p {text}: a parameter is written key=value"
            raise UsageError(message, hint="logsleuth query --list shows the parameters")
        pairs[key] = value
    for name, said in ends.items():
        if said is not None and name in pairs:
            message = f"--{name} and -p {name}= say the same: one of them is wanted"
            raise UsageError(message, hint=f"leave out -p {name}={pairs[name]}")
        pairs |= {name: said} if said is not None else {}
    return pairs
