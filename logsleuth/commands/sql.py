"""`sql`: runs one statement of a person's own on a case that nothing can change."""

import sys
from typing import Annotated

import typer

from logsleuth.commands import ReadCase, Style, Table
from logsleuth.errors import QueryError


def sql(
    statement: Annotated[
        str, typer.Argument(metavar="SQL", help="One statement; - reads it from standard input.")
    ],
    case: ReadCase = None,
    style: Table = Style.TABLE,
) -> None:
    """Run one SQL statement on a case, which it can't change.

    \b
    logsleuth sql --case incident.duckdb "select status, count(*) from requests group by status"
    logsleuth sql --case incident.duckdb --format jsonl - < own.sql
    """
    from logsleuth.case.opening import chosen
    from logsleuth.case.store import open_case
    from logsleuth.renderers.table import write_rows

    text = _one(sys.stdin.read() if statement == "-" else statement)
    with open_case(chosen(case)) as opened:
        names, rows = opened.stream(text)
        write_rows(sys.stdout, names, rows, style)


def _one(text: str) -> str:
    from logsleuth.case.store import reject_many_statements

    statements = reject_many_statements(text)
    if len(statements) != 1:
        message = f"one statement is wanted, there are {len(statements)}"
        raise QueryError(message, hint="logsleuth sql --help")
    return statements[0]
