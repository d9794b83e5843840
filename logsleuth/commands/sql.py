"""`sql`: runs one statement of a person's own on a case that nothing can change."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Output,
    ReadCase,
    Since,
    Table,
    Until,
    Zone,
    chosen,
    narrate,
    wanted,
)
from logsleuth.errors import QueryError, UsageError

if TYPE_CHECKING:
    from logsleuth.case.store import Statement


def sql(
    statement: Annotated[
        str, typer.Argument(metavar="SQL", help="One statement; - reads it from standard input.")
    ],
    case: ReadCase = None,
    since: Since = None,
    until: Until = None,
    tz: Zone = None,
    style: Table = None,
    output: Output = None,
) -> None:
    """Run one SQL statement on a case, which it can't change.

    Where it says $since and $until, these are what --since and --until say. Times of a case are
    in UTC; those that a table shows are in the zone of --tz.

    \b
    logsleuth sql --case incident.duckdb "select status, count(*) from requests group by status"
    logsleuth sql --since 10:14 'select count(*) from requests where started >= $since'
    logsleuth sql --case incident.duckdb --format jsonl - < own.sql
    """
    from logsleuth.case.reach import reach
    from logsleuth.case.store import open_case
    from logsleuth.console import times
    from logsleuth.console.output import put_query

    asked = wanted(style, output, tz)
    text = _one(sys.stdin.read() if statement == "-" else statement)
    _check(text, {"since": since, "until": until})
    with open_case(chosen(case)) as opened:
        ends = times.stretch(since, until, lambda: reach(opened, asked.zone), narrate)
        values = times.naive(ends)
        used = {name: value for name, value in values.items() if name in text.parameters}
        put_query(opened, text.sql, used, asked)


def _one(text: str) -> "Statement":
    from logsleuth.case.store import statements

    found = statements(text)
    if len(found) != 1:
        message = f"one statement is wanted, there are {len(found)}"
        raise QueryError(message, hint="logsleuth sql --help")
    return found[0]


def _check(text: "Statement", ends: dict[str, str | None]) -> None:
    """An end that isn't used would seem to narrow what it doesn't."""
    for name, said in ends.items():
        if said is not None and name not in text.parameters:
            message = f"the statement doesn't use ${name}, so --{name} would do nothing"
            raise UsageError(
                message, hint=f"add: where started {'>=' if name == 'since' else '<'} ${name}"
            )
        if said is None and name in text.parameters:
            message = f"the statement uses ${name}"
            raise UsageError(message, hint=f"add --{name} TIME")
    for name in sorted(text.parameters - set(ends)):
        message = f"${name}: a statement can have $since and $until"
        raise QueryError(message, hint="write other values into the statement")
