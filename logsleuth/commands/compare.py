"""`compare`: puts two cases side by side: before a fix and after it, a good day and a bad one."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Formats,
    LogFormat,
    Output,
    Quiet,
    Table,
    Zones,
    assumed,
    known,
    wanted,
)

if TYPE_CHECKING:
    from logsleuth.compared import Comparison
    from logsleuth.console.output import Wanted


def compare(
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="Evidence or a case: what is held against.")
    ],
    case: Annotated[str, typer.Argument(metavar="CASE", help="Evidence or a case.")],
    style: Table = None,
    output: Output = None,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="All of both; without it, the incident's stretch where there is one."
        ),
    ] = False,
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Put two cases side by side: what differs, how sure that is, and what can't be compared.

    Verdicts, requests, failures, latencies, shares, configuration, messages, hypotheses, evidence.

    \b
    logsleuth compare yesterday.duckdb today.duckdb
    logsleuth compare before-the-fix/ after-the-fix/ --whole
    logsleuth compare good.duckdb bad.duckdb --format json | jq .pools
    """
    from logsleuth.case.opening import opened
    from logsleuth.comparing import compare as compared
    from logsleuth.renderers.progress import reading

    _check(base, case)
    asked = wanted(style, output, evidence=[base, case])
    load = known(formats, log_format)
    with ExitStack() as stack:
        progress = stack.enter_context(reading(sys.stderr, quiet=quiet))
        (one, first), (other, second) = (
            stack.enter_context(opened([path], None, load, progress, assumed(assume_tz)))
            for path in (base, case)
        )
        found = compared((one, other), (base, case), (first, second), whole=whole)
    _write(found, asked)


def _check(base: str, case: str) -> None:
    from logsleuth.errors import UsageError

    paths = Path(base), Path(case)
    if base == case or (all(p.exists() for p in paths) and paths[0].samefile(paths[1])):
        message = f"{case}: BASE and CASE are the same"
        raise UsageError(message, hint="name two cases, or two folders of evidence")


def _write(found: "Comparison", asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put, put_screen, put_text
    from logsleuth.renderers import compared, compared_page, compared_rows

    if asked.format == "table":
        put_screen(lambda width, color: compared.render(found, width=width, color=color), asked)
    elif asked.format == "json":
        put_text(lambda: compared_rows.dumps(found), asked)
    elif asked.format == "md":
        put_text(lambda: compared_page.render(found), asked)
    else:
        put(Answer(compared_rows.COLUMNS, compared_rows.rows(found), compared_rows.TYPES), asked)
